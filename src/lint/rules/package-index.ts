import type { Found, Rule } from '../finding.ts'
import type { Program } from '../program.ts'
import type { LintInstruction } from '../run.ts'
import type { LintSource, LintStage } from '../source.ts'

/** Where the options of a package manager are, and which word says what to do. */
const subcommandIndex = ({ texts }: Program): number => {
  // Options of apt and dnf that are followed by their value.
  const takesValue = /^(?:-o|-c|-t|--option|--config-file|--target-release|--installroot|--releasever|-X|--repository)$/
  let index = 1
  while (index < texts.length && (texts[index] ?? '').startsWith('-'))
    index += takesValue.test(texts[index] ?? '') ? 2 : 1
  return index
}

type Use = { readonly program: Program; readonly verb: string; readonly found: (text: string) => Found }

/** The calls of a package manager in a RUN. */
const usesOf = (run: LintInstruction, names: readonly string[]): readonly Use[] =>
  run.programs
    .filter(({ name }) => names.includes(name))
    .flatMap((program) => {
      const index = subcommandIndex(program)
      const verb = program.texts[index]
      if (verb === undefined) return []
      const chars = program.words.slice(0, index + 1).flat()
      return [{ program, verb, found: (text) => ({ found: text, span: run.spanOf(chars) }) }]
    })

const APT: readonly string[] = ['apt-get', 'apt', 'aptitude']
const DNF: readonly string[] = ['dnf', 'yum', 'microdnf', 'dnf5']

const isMounted = ({ mounts }: LintInstruction, path: string): boolean =>
  mounts.some(({ type, target, dst, destination }) => {
    const folder = (target ?? dst ?? destination ?? '').replace(/\/+$/, '')
    return (type === 'cache' || type === 'tmpfs') && (folder === path || path.startsWith(`${folder}/`))
  })

const removes = ({ programs }: LintInstruction, path: RegExp): boolean =>
  programs.some(({ name, texts }) => name === 'rm' && texts.some((text) => path.test(text)))

const cleans = ({ programs }: LintInstruction, names: readonly string[]): boolean =>
  programs.some(({ name, texts }) => names.includes(name) && texts.includes('clean'))

/** Packages that apt takes from files need no index of their own, but what they depend on does. */
const needsIndex = ({ program: { texts } }: Use): boolean =>
  !texts.includes('--no-download') && !texts.includes('--print-uris')

const staleApt = (run: LintInstruction): readonly Found[] => {
  const uses = usesOf(run, APT)
  const update = uses.findIndex(({ verb }) => verb === 'update')
  const install = uses.findIndex(
    (use) => ['install', 'upgrade', 'dist-upgrade', 'full-upgrade', 'build-dep'].includes(use.verb) && needsIndex(use),
  )
  const use = uses[install]
  if (use === undefined || (update !== -1 && update < install) || isMounted(run, '/var/lib/apt/lists')) return []
  const what = `${use.program.name} ${use.verb} uses the package index of an earlier step`
  return [use.found(what)]
}

const staleApk = (run: LintInstruction, stage: LintStage): readonly Found[] => {
  const uses = usesOf(run, ['apk'])
  const fresh = uses.some(
    ({ verb, program: { texts } }) =>
      verb === 'update' || texts.some((text) => /^(?:--no-cache|--update-cache|--update|-[a-z]*U[a-z]*)$/.test(text)),
  )
  const add = uses.find(({ verb }) => verb === 'add' || verb === 'upgrade')
  const updates = stage.instructions.some(
    (other) => other !== run && usesOf(other, ['apk']).some(({ verb }) => verb === 'update'),
  )
  if (add === undefined || fresh || !updates || isMounted(run, '/var/cache/apk') || isMounted(run, '/etc/apk/cache'))
    return []
  return [add.found(`apk ${add.verb} uses the package index of an earlier step`)]
}

const inEachRun = (
  { stages }: LintSource,
  find: (run: LintInstruction, stage: LintStage) => readonly Found[],
): readonly Found[] => stages.flatMap((stage) => stage.instructions.flatMap((run) => find(run, stage)))

/** An index that an earlier step refreshed and this one uses. */
export const stalePackageIndex: Rule = {
  id: 'stale-package-index',
  why: 'the cache keeps the step that refreshed the index, so packages come from an index that is long out of date, or are gone',
  fix: 'refresh the index in the same RUN: apt-get update && apt-get install …; apk add --no-cache …',
  find: (source) => inEachRun(source, (run, stage) => [...staleApt(run), ...staleApk(run, stage)]),
}

const aptLeftovers = (run: LintInstruction): readonly Found[] => {
  const update = usesOf(run, APT).find(({ verb }) => verb === 'update')
  if (
    update === undefined ||
    isMounted(run, '/var/lib/apt/lists') ||
    removes(run, /\/var\/lib\/apt(?:\/|$)|\/var\/lib\/\*/)
  )
    return []
  return [update.found(`${update.program.name} update leaves its lists in /var/lib/apt/lists`)]
}

const apkLeftovers = (run: LintInstruction): readonly Found[] => {
  const add = usesOf(run, ['apk']).find(
    ({ verb, program: { texts } }) => verb === 'add' && !texts.includes('--no-cache'),
  )
  const kept = isMounted(run, '/var/cache/apk') || isMounted(run, '/etc/apk/cache')
  if (add === undefined || kept || removes(run, /\/var\/cache/)) return []
  return [add.found('apk add leaves its index in /var/cache/apk')]
}

const dnfLeftovers = (run: LintInstruction): readonly Found[] => {
  const install = usesOf(run, DNF).find(({ verb }) => ['install', 'groupinstall', 'reinstall'].includes(verb))
  if (install === undefined || cleans(run, DNF) || removes(run, /\/var\/cache/)) return []
  if (isMounted(run, '/var/cache/dnf') || isMounted(run, '/var/cache/yum') || isMounted(run, '/var/cache/libdnf5'))
    return []
  return [install.found(`${install.program.name} ${install.verb} leaves its metadata and archives in /var/cache`)]
}

/** Indexes and archives that stay in the image. Auxiliary stages are no part of it. */
export const packageLeftovers: Rule = {
  id: 'package-leftovers',
  why: 'every image and every cache ref above carries them, and removing them in a later step frees nothing',
  fix: 'give the RUN cache mounts (for apt: /var/lib/apt and /var/cache/apt), or remove them in the same RUN',
  find: (source) =>
    inEachRun(source, (run, { isChain }) =>
      isChain ? [...aptLeftovers(run), ...apkLeftovers(run), ...dnfLeftovers(run)] : [],
    ),
}
