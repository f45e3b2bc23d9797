import type { Found, Rule } from '../finding.ts'
import type { Program } from '../program.ts'
import type { LintInstruction } from '../run.ts'
import { copyWords, type LintSource, type LintStage } from '../source.ts'

/** What fetches or installs by a few files of a project: program, and words one of which says so. */
const INSTALLERS: readonly (readonly [RegExp, RegExp])[] = [
  [/^(?:npm|pnpm|yarn|bun)$/, /^(?:ci|install|i|add|fetch)$/],
  [/^(?:pip[\d.]*|pipenv|poetry|uv|conda|mamba)$/, /^(?:install|sync|wheel|download|pip)$/],
  [/^python[\d.]*$/, /^pip$/],
  [/^(?:apt|apt-get|dnf|yum|microdnf|apk|zypper)$/, /^(?:install|add)$/],
  [/^go$/, /^download$/],
  [/^(?:cargo)$/, /^(?:fetch|install)$/],
  [/^(?:bundle|composer|gem)$/, /^install$/],
  [/^(?:mvn|mvnw)$/, /^dependency:/],
  [/^(?:gradle|gradlew)$/, /^dependencies$/],
]

const installs = ({ name, texts }: Program): boolean =>
  INSTALLERS.some(([program, verb]) => program.test(name) && texts.slice(1, 5).some((text) => verb.test(text)))

const isWhole = (path: string): boolean => /^(?:\.?\/?|\.\/\*|\*)$/.test(path) && path !== ''

const findIn = (stage: LintStage, copy: LintInstruction, low: boolean): readonly Found[] => {
  const { keyword, flags } = copy.instruction
  if ((keyword !== 'COPY' && keyword !== 'ADD') || flags.some(({ name }) => name === 'from' || name === 'exclude'))
    return []
  const whole = copyWords(copy)
    .slice(0, -1)
    .find(({ text }) => isWhole(text))
  if (whole === undefined) return []
  const after = stage.instructions.slice(stage.instructions.indexOf(copy) + 1)
  const installer = after.flatMap(({ programs }) => programs).find(installs)
  if (installer !== undefined) {
    return [
      { found: `the whole build context is copied before ${installer.texts.slice(0, 2).join(' ')}`, span: whole.span },
    ]
  }
  if (!low || !stage.isChain) return []
  return [{ found: 'the whole build context is copied, and layers stand above', span: whole.span }]
}

/** The whole context copied where a change to any file costs what stands above. */
export const copyAllEarly: Rule = {
  id: 'copy-all-early',
  why: 'a change to any file of the context, be it a README, runs every step behind this one again',
  fix: 'copy the files that the next step reads (lock files first), and all others in the last step, in the topmost layer',
  find: ({ stages, top }: LintSource) =>
    stages.flatMap((stage) => stage.instructions.flatMap((copy) => findIn(stage, copy, !top))),
}
