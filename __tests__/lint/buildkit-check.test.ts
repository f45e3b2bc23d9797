import { describe, expect, test } from '@jest/globals'
import { parseFragment } from '../../src/fragment/parse.ts'
import { checkFindings, type CheckWarning } from '../../src/lint/buildkit-check.ts'

const FRAGMENT = `# strata: ignore=JSONArgsRecommended the shell is wanted
CMD run it
ENV A_TOKEN=x
MAINTAINER me
# strata: ignore=buildkit-check as it was
MAINTAINER you
`

const fragments = new Map([['a.Dockerfile', parseFragment('a.Dockerfile', FRAGMENT)]])

const warning = (check: string, line: number, file = 'a.Dockerfile'): CheckWarning => ({
  ...{ check, message: `${check} said`, url: `https://docs.example/${check}` },
  place: { file, line, column: 1 },
})

const found = (...warnings: readonly CheckWarning[]) =>
  checkFindings(warnings, fragments, []).map(({ check, place }) => `${check ?? ''} ${place.line}`)

describe('checkFindings', () => {
  test('tells what BuildKit said, where, and where to read on', () => {
    expect(checkFindings([warning('MaintainerDeprecated', 4)], fragments, [])).toEqual([
      {
        ...{ rule: 'buildkit-check', level: 'warn', check: 'MaintainerDeprecated' },
        place: { file: 'a.Dockerfile', line: 4, column: 1 },
        found: 'MaintainerDeprecated said',
        why: "BuildKit's check MaintainerDeprecated",
        fix: 'see https://docs.example/MaintainerDeprecated',
      },
    ])
  })

  test.each([
    ['once, however many targets were told of it', [warning('A', 4), warning('A', 4)], ['A 4']],
    ['nothing that is silenced by the name of its check', [warning('JSONArgsRecommended', 2)], []],
    ['another check on the same line', [warning('Other', 2)], ['Other 2']],
    ['nothing where all checks are silenced', [warning('MaintainerDeprecated', 6)], []],
    ['a secret that a rule of our own tells of not again', [warning('SecretsUsedInArgOrEnv', 3)], []],
    ['a secret that no rule of our own knows', [warning('SecretsUsedInArgOrEnv', 4)], ['SecretsUsedInArgOrEnv 4']],
    ['nothing of files that are no fragments', [warning('A', 1, 'b.Dockerfile')], []],
  ] as const)('%s', (_, warnings, expected) => {
    expect(found(...warnings)).toEqual(expected)
  })

  test.each([
    [{ rules: { 'buildkit-check': 'off' } }, []],
    [{ all: 'error', rules: {} }, ['error']],
  ] as const)('has the level of %j', (levels, expected) => {
    expect(checkFindings([warning('A', 4)], fragments, [levels]).map(({ level }) => level)).toEqual(expected)
  })
})
