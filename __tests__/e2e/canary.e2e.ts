import { describe, expect, test } from '@jest/globals'
import { runAction, runBuild } from '../support/e2e/run-action.ts'
import { listPushedTags } from '../support/e2e/registry-content.ts'
import { createWorkspace, type Texts } from '../support/e2e/workspace.ts'

/**
 * A layer that installs what a package index offers at the time. The index is a secret here, since those are what no key
 * covers; the log it writes differs from build to build, and the app above is the same whatever it stands on.
 */
const FACTORY: Texts = {
  'strata.yaml': `version: 1
name: e2e-<salt>
registry: <registry>
platforms: [linux/amd64]
layers:
  base: { variants: { busybox: { from: '<base>' } } }
  security: { variants: { '1.0': { fragment: security.Dockerfile } } }
  app: { variants: { serve: { fragment: app.Dockerfile } } }
manifests:
  serve: { base: busybox, security: '1.0', app: serve }
`,
  'security.Dockerfile': `ARG PARENT
FROM \${PARENT}
RUN mkdir /srv && echo <salt> > /srv/salt
RUN --mount=type=secret,id=index mkdir -p /var/lib/dpkg /var/log && \\
    cat /run/secrets/index > /var/lib/dpkg/status && date +%N > /var/log/install.log
`,
  'app.Dockerfile': `ARG PARENT
FROM \${PARENT}
WORKDIR /app
RUN echo app > made
`,
}

const status = (version: string): string =>
  ['zlib1g', 'openssl']
    .map((name) => `Package: ${name}\nStatus: install ok installed\nVersion: ${name === 'openssl' ? version : '1.3'}\n`)
    .join('\n')

describe('the canary', () => {
  test('is silent while the cache holds what the steps make, and names the layer that does not', async () => {
    await using space = await createWorkspace({ ...FACTORY, 'index.txt': status('3.0.1') })
    const inputs = { 'secret-files': 'index=index.txt' }
    expect(await runBuild(space, { inputs })).toMatchObject({ code: 0, errors: [], warnings: [] })
    const before = await listPushedTags(space.cache)

    const silent = await runAction(space, { inputs: { ...inputs, scope: 'canary' } })
    expect(silent).toMatchObject({ code: 0, errors: [], warnings: [], outputs: { 'stale-layers': '' } })
    expect(silent.summary).toContain('✅ Canary serve on linux/amd64')

    await space.write({ 'index.txt': status('3.0.2') })
    const stale = await runAction(space, { inputs: { ...inputs, scope: 'canary' } })
    expect(stale).toMatchObject({ code: 0, errors: [], outputs: { 'stale-layers': 'security/1.0' } })
    expect(stale.warnings).toMatchObject([
      {
        file: 'security.Dockerfile',
        line: 4,
        message: expect.stringContaining('is not what its steps make today: openssl 3.0.1 → 3.0.2'),
      },
    ])
    expect(stale.summary).toContain('openssl 3.0.1 → 3.0.2')
    // It leaves no trace: nothing is written, and the next build finds its cache as it was.
    expect(await listPushedTags(space.cache)).toEqual(before)
    expect(await runBuild(space, { inputs })).toMatchObject({ outputs: { 'steps-run': '0' } })
  })
})
