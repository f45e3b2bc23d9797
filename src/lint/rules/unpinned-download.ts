import { textOf, type Chars } from '../../fragment/flags.ts'
import type { Found, Rule } from '../finding.ts'
import type { Program } from '../program.ts'
import type { LintInstruction } from '../run.ts'
import { copyWords, type LintSource } from '../source.ts'
import { fetchedUrls, isPinned, isRevision } from './urls.ts'

/** Programs that prove what was fetched. */
const CHECKERS: readonly string[] = [
  'sha256sum',
  'sha512sum',
  'sha384sum',
  'sha1sum',
  'b2sum',
  'md5sum',
  'shasum',
  'cosign',
  'minisign',
  'gpgv',
  'slsa-verifier',
]

const checks = ({ name, texts }: Program): boolean =>
  CHECKERS.includes(name) ||
  (name === 'gpg' && texts.includes('--verify')) ||
  (name === 'openssl' && texts[1] === 'dgst')

/** Keys of package repositories: what they sign is checked, and a wrong key fails. */
const isKey = (url: string): boolean => /(?:\.(?:asc|gpg|key|pub)|gpg(?:key)?|RPM-GPG-KEY[\w-]*)$/i.test(url)

const fetches = (run: LintInstruction): readonly Found[] => {
  if (run.programs.some(checks)) return []
  return run.programs.flatMap((program) =>
    fetchedUrls(program)
      .filter((url) => !isPinned(textOf(url)) && !isKey(textOf(url)))
      .map((url) => ({ found: `${program.name} fetches ${textOf(url)}, which can change`, span: run.spanOf(url) })),
  )
}

const optionValue = (texts: readonly string[], ...names: readonly string[]): string | undefined => {
  for (const [index, text] of texts.entries()) {
    if (names.includes(text)) return texts[index + 1]
    const name = names.find((each) => each.startsWith('--') && text.startsWith(`${each}=`))
    if (name !== undefined) return text.slice(name.length + 1)
  }
  return undefined
}

/** A later call of git in the same RUN that takes one commit or tag. */
const takesRevision = ({ name, texts }: Program): boolean =>
  name === 'git' &&
  texts.some((text) => ['checkout', 'switch', 'reset', 'fetch'].includes(text)) &&
  texts.slice(2).some(isRevision)

const clones = (run: LintInstruction): readonly Found[] =>
  run.programs.flatMap((program, index) => {
    const { name, texts, words } = program
    if (name !== 'git' || !texts.includes('clone')) return []
    const revision = optionValue(texts, '-b', '--branch', '--revision')
    if (revision !== undefined && isRevision(revision)) return []
    if (run.programs.slice(index + 1).some(takesRevision)) return []
    const url = words.find((word) => /^(?:\w+:\/\/|[\w.-]+@[\w.-]+:)/.test(textOf(word)))
    return url === undefined
      ? []
      : [{ found: `git clones ${textOf(url)} without a commit or a tag`, span: run.spanOf(url) }]
  })

/** What stands behind the last `@` of the path of `git+https://host/path@revision#egg=…`. */
const gitRevision = (word: string): string | undefined => {
  const [path = ''] = word.slice(word.indexOf('git+')).split('#')
  const at = path.lastIndexOf('@')
  return at === -1 || path.indexOf('/', at) !== -1 ? undefined : path.slice(at + 1)
}

/** `git+https://…` without a revision, and `@latest` of a language's package manager. */
const isMovingPackage = ({ name }: Program, word: string): boolean => {
  if (/^(?:pip[\d.]*|python[\d.]*|uv|poetry)$/.test(name)) {
    return /git\+\w+:\/\//.test(word) && !isRevision(gitRevision(word) ?? '')
  }
  return /^(?:go|npm|npx|pnpm|yarn|bunx?|cargo|deno)$/.test(name) && word.endsWith('@latest')
}

const packages = (run: LintInstruction): readonly Found[] =>
  run.programs.flatMap((program) =>
    program.words
      .filter((word: Chars) => isMovingPackage(program, textOf(word)))
      .map((word) => ({ found: `${program.name} fetches ${textOf(word)}, which can change`, span: run.spanOf(word) })),
  )

const added = (step: LintInstruction, { fragment }: LintSource): readonly Found[] => {
  const { keyword, lines } = step.instruction
  if (keyword !== 'ADD') return []
  const open = fragment.remotes.filter(({ line, pinned }) => line === lines.start && !pinned)
  return copyWords(step)
    .filter(({ text }) => open.some(({ url }) => url === text))
    .map(({ text, span }) => ({
      found: `ADD fetches ${text} without ${/\.git|^git/.test(text) ? 'a commit' : 'a checksum'}`,
      span,
    }))
}

/** Content from outside that no digest or revision fixes. */
export const unpinnedDownload: Rule = {
  id: 'unpinned-download',
  why: 'the step stays cached while what it fetches changes, so old content is used for months, and a rebuild gives another image',
  fix: 'name a version and check a digest (ADD --checksum, sha256sum -c), or a commit or tag for git',
  find: (source) =>
    source.stages
      .flatMap(({ instructions }) => instructions)
      .flatMap((step) => [...fetches(step), ...clones(step), ...packages(step), ...added(step, source)]),
}
