import { expect, test } from '@jest/globals'
import { recordsOf } from '../support/e2e/records-of.ts'
import { runBuild } from '../support/e2e/run-action.ts'
import { createWorkspace } from '../support/e2e/workspace.ts'
import { mayPublish } from '../../src/records/may-publish.ts'

const FILES = {
  'strata.yaml': `version: 1
name: e2e-<salt>
registry: <registry>
platforms: [linux/amd64]
layers:
  base: { variants: { busybox: { from: '<base>' } } }
  app:
    variants:
      good: { fragment: good.Dockerfile, test: [sh, -c, 'pwd; id -u; env; cat <<X'] }
      bad: { extends: good, test: [sh, -c, 'echo "<b>token is s3cret-value"; exit 3'] }
      untested: { fragment: untested.Dockerfile }
manifests:
  good: { base: busybox, app: good, test: { script: tests/smoke } }
  bad: { base: busybox, app: bad }
  untested: { base: busybox, app: untested }
`,
  'good.Dockerfile': `ARG PARENT
FROM \${PARENT}
ARG ONLY_WHILE_BUILDING=1
RUN echo <salt> > /made
ENV OF_THE_IMAGE=1
WORKDIR /srv
USER 1000
ENTRYPOINT ["false"]
`,
  'untested.Dockerfile': 'RUN echo untested <salt> > /made\n',
  'tests/smoke': '#!/bin/sh\ncat /made\n[ ! -e /strata-test/x ]\n',
}

test('tests run in the image as it is, fail their work item alone, and count in no figure', async () => {
  await using space = await createWorkspace(FILES)
  const run = await runBuild(space, { inputs: { push: 'true', records: 'files', secrets: 'token=s3cret-value' } })
  expect(run.code).toBe(1)
  expect(run.errors.map(({ message }) => message)).toContain('1 of 3 work items failed: bad (linux/amd64)')

  const [good, bad, untested] = run.results.items
  expect(good).toMatchObject({ status: 'built', test: { verdict: 'passed' }, totalSteps: 2 })
  // The folder, user and environment are those of the image; arguments of its build are not there, nor is the entrypoint.
  expect(good?.test?.logTail).toEqual(expect.arrayContaining(['/srv', '1000', 'OF_THE_IMAGE=1', space.salt]))
  expect(good?.test?.logTail.join()).not.toContain('ONLY_WHILE_BUILDING')
  expect(bad).toMatchObject({ status: 'failed', test: { verdict: 'failed', logTail: ['<b>token is ***'] } })
  expect(untested).toMatchObject({ status: 'built' })
  expect(untested).not.toHaveProperty('test')
  expect(run.outputs).toMatchObject({ 'total-steps': '5', 'steps-run': '3' })
  expect(run.summary).toContain('test\u00a0passed')
  expect(run.summary).not.toContain('s3cret-value')

  expect(recordsOf(run).map((record) => [record.manifest_id, mayPublish(record)])).toEqual([
    ['good', true],
    ['bad', false],
    ['untested', true],
  ])
})
