import { describe, expect, test } from '@jest/globals'
import { parseFragment } from '../../src/fragment/parse.ts'
import { effectsOf } from '../../src/layers/fragment-effects.ts'

const effects = (text: string) =>
  effectsOf(parseFragment('a.Dockerfile', text.includes('PARENT') ? `ARG PARENT\n${text}` : text))

const stagesOf = (text: string): readonly string[] => effects(text).stages.map(({ name = 'chain' }) => name)

describe('effectsOf', () => {
  test('parts the instructions of the chain by what they have an effect on', () => {
    const { steps, keyed, after, imageOnly } = effects(
      'ENV A=1\nLABEL a=1\nRUN a\nUSER b\nCMD a\nCOPY a b\nARG C\nENV D=1\nEXPOSE 80\n',
    )
    expect(steps).toBe(2)
    expect(keyed.map(({ keyword }) => keyword)).toEqual(['ENV', 'RUN', 'USER', 'COPY'])
    expect(after.map(({ keyword }) => keyword)).toEqual(['ARG', 'ENV'])
    expect(imageOnly.map(({ keyword }) => keyword)).toEqual(['LABEL', 'CMD', 'EXPOSE'])
  })

  test.each([
    ['copied from', 'FROM a AS x\nRUN x\nFROM ${PARENT}\nCOPY --from=X / /\n', ['x', 'chain']],
    ['mounted', 'FROM a AS x\nRUN x\nFROM ${PARENT}\nRUN --mount=from=x,target=/x a\n', ['x', 'chain']],
    [
      'built on by another that is',
      'FROM a AS x\nRUN x\nFROM x AS y\nRUN y\nFROM ${PARENT}\nCOPY --from=y / /\n',
      ['x', 'y', 'chain'],
    ],
    [
      'copied from by another that is',
      'FROM a AS x\nRUN x\nFROM a AS y\nCOPY --from=x / /\nFROM ${PARENT}\nCOPY --from=y / /\n',
      ['x', 'y', 'chain'],
    ],
    ['used by nobody', 'FROM a AS x\nRUN x\nFROM ${PARENT}\nRUN a\n', ['chain']],
    ['used by what nobody uses', 'FROM a AS x\nRUN x\nFROM x AS y\nRUN y\nFROM ${PARENT}\nRUN a\n', ['chain']],
    [
      'behind a name with a variable',
      'ARG V=x\nFROM a AS x\nFROM $V AS y\nFROM ${PARENT}\nRUN a\n',
      ['x', 'y', 'chain'],
    ],
    [
      'beside an image with a variable',
      'ARG V=1\nFROM a AS x\nFROM b:${V:-1} AS y\nFROM ${PARENT}\nRUN a\n',
      ['chain'],
    ],
    ['needed by a chain without steps', 'FROM a AS x\nRUN x\nFROM ${PARENT}\nENV A=1\n', ['chain']],
  ])('knows a stage that is %s', (_, text, stages) => {
    expect(stagesOf(text)).toEqual(stages)
  })

  test('takes of stages that nobody uses neither steps nor reads', () => {
    const { steps, reads, remotes } = effects(
      'FROM a AS x\nCOPY x /\nADD https://a.example/x /\nFROM ${PARENT}\nCOPY a /\nADD https://a.example/a /\n',
    )
    expect(steps).toBe(2)
    expect(reads.map(({ path }) => path)).toEqual(['a'])
    expect(remotes.map(({ url }) => url)).toEqual(['https://a.example/a'])
  })

  test('an empty fragment has no effect', () => {
    expect(effects('')).toMatchObject({ steps: 0, keyed: [], after: [], imageOnly: [], reads: [], remotes: [] })
  })
})
