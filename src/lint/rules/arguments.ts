import { PARENT, PREDEFINED } from '../../fragment/arguments.ts'
import type { Found, Rule } from '../finding.ts'
import type { LintInstruction } from '../run.ts'
import { settingsIn, type LintSource, type LintStage, type LintWord } from '../source.ts'

/** A name that an ARG or ENV of a stage sets. */
type Setting = LintWord & {
  readonly keyword: string
  readonly value?: string
  readonly stage: LintStage
  /** Instructions of its stage behind it. */
  readonly after: readonly LintInstruction[]
}

const settingsOf = ({ stages }: LintSource): readonly Setting[] =>
  stages.flatMap((stage) =>
    stage.instructions.flatMap((instruction, index) => {
      const { keyword } = instruction.instruction
      if (keyword !== 'ARG' && keyword !== 'ENV') return []
      const after = stage.instructions.slice(index + 1)
      return settingsIn(instruction).map((word) => ({ ...word, keyword, stage, after }))
    }),
  )

const SECRET =
  /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|APIKEY|(?:API|ACCESS|PRIVATE|SECRET|AUTH|SSH|DEPLOY|SIGNING)_?KEY)(?:$|_(?:KEY|VALUE|BASE64|B64)$)/i
/** What is no secret whatever it is called: a switch, a number, a path. */
const HARMLESS = /^["']?(?:true|false|yes|no|none|\d*|\/[^"']*)["']?$/i

const isSecret = ({ text, keyword, value }: Setting): boolean => {
  if (!SECRET.test(text) || /PUBLIC/i.test(text)) return false
  return value === undefined ? keyword === 'ARG' : value !== '' && !HARMLESS.test(value)
}

/** Secrets in the image's configuration, or in the key and the log of steps. */
export const secretInArgument: Rule = {
  id: 'secret-in-argument',
  why: 'everybody who can pull the image or its cache can read it, and a new value runs every step behind it again',
  fix: 'mount it: RUN --mount=type=secret,id=… with env=NAME or a file, and input secrets',
  find: (source) =>
    settingsOf(source)
      .filter(isSecret)
      .map(({ text, keyword, span }) => ({ found: `${keyword} ${text} looks like a secret`, span })),
}

const CHANGING = new RegExp(
  '^(?:' +
    [
      '(?:\\w+_)?(?:GIT|VCS|SOURCE|SRC|CI|GITHUB|HEAD)_?(?:SHA|COMMIT|COMMIT_SHA|REF|REV|REVISION|HASH|DESCRIBE)',
      '(?:\\w+_)?COMMIT_?(?:SHA|HASH|ID|REF|TIME|DATE)',
      '(?:\\w+_)?BUILD_?(?:DATE|TIME|TIMESTAMP|NUMBER|NUM|ID|SHA)',
      '(?:GITHUB_)?RUN_(?:ID|NUMBER|ATTEMPT)',
      'COMMIT|REVISION|SHA|TIMESTAMP|DATE|NOW|TODAY|CREATED|CACHE_?BUST(?:ER)?|CI_(?:PIPELINE|JOB)_ID|SOURCE_DATE_EPOCH',
    ].join('|') +
    ')$',
  'i',
)
/** Defaults that only keep a place; with any other the value is one that people change by hand. */
const PLACEHOLDER = /^["']?(?:|unknown|none|dev|local|n\/a|null|0|HEAD|main|latest|\$.*)["']?$/i

const isChanging = ({ text, keyword, value }: Setting): boolean =>
  CHANGING.test(text) && (keyword === 'ENV' ? value?.includes('$') === true : PLACEHOLDER.test(value ?? ''))

/** Whether an instruction holds a name as a word of its own. */
const mentions = ({ body }: LintInstruction, name: string): boolean => {
  for (let at = body.indexOf(name); at !== -1; at = body.indexOf(name, at + 1)) {
    if (!/\w/.test(body[at - 1] ?? ' ') && !/\w/.test(body[at + name.length] ?? ' ')) return true
  }
  return false
}

const isRun = ({ instruction: { keyword } }: LintInstruction): boolean => keyword === 'RUN'

/** Whether a new value costs steps that do not need it: in this stage, or in the layers above. */
const costs = ({ text, after, stage }: Setting, { top }: LintSource): boolean =>
  (stage.isChain && !top) || after.some((step) => isRun(step) && !mentions(step, text))

const changes = (source: LintSource): readonly Found[] => {
  const found = settingsOf(source).filter((each) => isChanging(each) && !isSecret(each) && costs(each, source))
  const names = found.filter(({ keyword }) => keyword === 'ARG').map(({ text }) => text)
  // An ENV that only hands on an ARG is told of there.
  const isTold = ({ keyword, value = '' }: Setting): boolean =>
    keyword === 'ENV' && names.some((name) => value.includes(name))
  return found
    .filter((each) => !isTold(each))
    .map(({ text, keyword, span }) => ({ found: `${keyword} ${text} changes with every build`, span }))
}

/** What is new in every build, above steps that would be the same. */
export const changingArgument: Rule = {
  id: 'changing-argument',
  why: 'every step behind it, here and in the layers above, runs again in every build',
  fix: 'put it behind the last step, in the topmost layer, or give it as a label or annotation, which are no part of any key',
  find: changes,
}

const isName = (text: string): boolean => /^[A-Za-z_]\w*$/.test(text)

const isEarly = ({ text, keyword, after }: Setting): boolean => {
  if (keyword !== 'ARG' || text === PARENT || PREDEFINED.includes(text) || !isName(text)) return false
  const first = after.findIndex((each) => mentions(each, text))
  return first !== -1 && after.slice(0, first).some(isRun)
}

/** An ARG above steps that do not use it. One that is never named may be read by programs, so nothing is said of it. */
export const earlyArgument: Rule = {
  id: 'early-argument',
  why: 'an ARG is part of the environment of every RUN behind it, so another value runs those again that do not use it, too',
  fix: 'move it down to the first step that uses it',
  find: (source) =>
    settingsOf(source)
      .filter((each) => isEarly(each) && !isSecret(each) && !isChanging(each))
      .map(({ text, span }) => ({ found: `ARG ${text} stands before steps that do not use it`, span })),
}
