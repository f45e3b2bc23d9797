import { describe, expect, test } from '@jest/globals'
import { tracedChecks } from '../../src/progress/checks.ts'
import { applyStatus, createFold } from '../../src/progress/fold.ts'
import type { VertexWarning } from '../../src/progress/status.ts'
import type { StitchedDockerfile } from '../../src/render/stitched.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** Line 5 to 7 of the stitched Dockerfile are line 2 to 4 of the fragment. */
const DOCKERFILE: StitchedDockerfile = {
  ...{ text: '', targets: [], steps: [], contexts: {} },
  copied: [{ rendered: { start: 5, end: 7 }, file: 'a.Dockerfile', from: 2, layer: 'core' }],
}

const warning = (short: string, line: number, filename = 't0.Dockerfile'): VertexWarning => ({
  ...{ vertex: 'sha256:1', short: base64(short), url: 'https://docs.example/rule' },
  sourceInfo: { filename },
  range: [{ start: { line }, end: { line } }],
})

const checks = (...warnings: readonly VertexWarning[]) => {
  const fold = createFold()
  applyStatus(fold, { warnings })
  return tracedChecks(fold, new Map([['t0.Dockerfile', DOCKERFILE]]))
}

describe('tracedChecks', () => {
  test('leads a warning back to the line of the fragment', () => {
    const short = 'MaintainerDeprecated: Maintainer instruction is deprecated (line 6)'
    expect(checks(warning(short, 6), warning(short, 6))).toEqual([
      {
        ...{ check: 'MaintainerDeprecated', message: 'Maintainer instruction is deprecated' },
        ...{ url: 'https://docs.example/rule', place: { file: 'a.Dockerfile', line: 3, column: 1 } },
      },
    ])
  })

  test.each([
    ['lines that stitching made', warning('A: b', 1)],
    ['other Dockerfiles', warning('A: b', 6, 't9.Dockerfile')],
    ['what names no check', warning('something else', 6)],
  ])('leaves out %s', (_, given) => {
    expect(checks(given)).toEqual([])
  })

  test('takes from a message what the runner would obey', () => {
    expect(checks(warning('A: x\n::set-env name=a::b\u001b[31m', 6)).map(({ message }) => message)).toEqual([
      'x ::set-env name=a::b',
    ])
  })
})
