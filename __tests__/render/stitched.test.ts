import { describe, expect, test } from '@jest/globals'
import { upToStage } from '../../src/render/stitched.ts'
import { BASE, stepsOf, stitched } from './dockerfile-fixture.ts'

const CORE = 'ARG PARENT\nFROM a:1 AS build\nRUN make\nFROM $PARENT\nCOPY --from=build /a /a\n'

const WHOLE = stitched([
  BASE,
  { layer: 'Security', text: 'RUN upgrade\n' },
  { layer: 'core', text: CORE },
  { layer: 'app', text: 'COPY a /a\nRUN app\n' },
])

const SECURITY = 'security 1 RUN upgrade'
const OF_CORE = ['core.build 2 RUN make', 'core 1 COPY --from=core.build /a /a']
const OF_APP = ['app 1 COPY --from=app.context-1 /a /a', 'app 2 RUN app']

describe('upToStage', () => {
  test.each<[stage: string, layers: readonly string[], steps: readonly string[]]>([
    ['base', ['base'], []],
    ['security', ['base', 'Security'], [SECURITY]],
    ['core', ['base', 'Security', 'core'], [SECURITY, ...OF_CORE]],
    ['app', ['base', 'Security', 'core', 'app'], [SECURITY, ...OF_CORE, ...OF_APP]],
  ])('%s has what lies below, auxiliary stages included', (stage, layers, steps) => {
    const part = upToStage(WHOLE, stage)
    expect(part.targets.map(({ layer }) => layer)).toEqual(layers)
    expect(part.targets.at(-1)?.stage).toBe(stage)
    expect(stepsOf(part)).toEqual(steps)
  })

  test('leaves the text and its lines as they are, since it is one file on disk', () => {
    const { text, copied, contexts } = WHOLE
    expect(upToStage(WHOLE, 'security')).toMatchObject({ text, copied, contexts })
    expect(upToStage(WHOLE, 'app')).toEqual(WHOLE)
  })

  test.each(['core.build', 'Core', 'none'])('has nothing for %s, which ends no layer', (stage) => {
    expect(upToStage(WHOLE, stage)).toMatchObject({ targets: [], steps: [] })
  })
})
