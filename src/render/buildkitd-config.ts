import type { RegistryMirror } from '../oci/mirror.ts'
import { inputError } from '../problem.ts'

/** What the action says in a buildkitd.toml. */
export type ConfigWishes = {
  /** Text that the user gave; it stays as it is, and what follows is put behind it. */
  readonly text?: string
  readonly mirrors: readonly RegistryMirror[]
  /** Steps that run at the same time. */
  readonly maxParallelism?: number
  /** Whether that number was asked for; if not, it gives way to the text. */
  readonly isAsked: boolean
}

/** TOML basic strings escape as JSON does (TOML 1.0, "String"). */
const quote = (text: string): string => JSON.stringify(text)

/** Whether a text has a table of that name, however its header is spaced and quoted. */
const hasTable = (text: string, path: readonly string[]): boolean => {
  const part = (name: string): string => {
    const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    return `\\s*(?:"${escaped}"|'${escaped}'|${escaped})\\s*`
  }
  return new RegExp(`^\\s*\\[${path.map(part).join('\\.')}\\]`, 'm').test(text)
}

const conflict = (input: string, table: string): Error =>
  inputError(`input ${input} and the given buildkitd config both have a table [${table}]`, {
    hint: 'say it in one of the two',
  })

/** The OCI worker, the only one that BuildKit's image turns on; without a limit, it runs all steps at the same time. */
const workerTable = ({ text = '', maxParallelism, isAsked }: ConfigWishes): readonly string[] => {
  if (maxParallelism === undefined) return []
  if (!hasTable(text, ['worker', 'oci'])) return [`[worker.oci]\n  max-parallelism = ${maxParallelism}\n`]
  if (isAsked) throw conflict('max-parallelism', 'worker.oci')
  return []
}

const registryTable = (registry: string, mirrors: readonly RegistryMirror[], text: string): string => {
  if (hasTable(text, ['registry', registry])) throw conflict('registry-mirrors', `registry.${quote(registry)}`)
  return `[registry.${quote(registry)}]\n  mirrors = [${mirrors.map(({ mirror }) => quote(mirror)).join(', ')}]\n`
}

/**
 * The text of a buildkitd.toml; undefined when there is nothing to say in one. Throws an InputError when inputs and the
 * user's own text say the same thing. Registries on loopback need no word: BuildKit tries plain HTTP there by itself.
 */
export const renderBuildkitdConfig = (wishes: ConfigWishes): string | undefined => {
  const { text = '', mirrors } = wishes
  const registries = [...Map.groupBy(mirrors, ({ registry }) => registry)]
  const tables = [...workerTable(wishes), ...registries.map(([registry, list]) => registryTable(registry, list, text))]
  const parts = [...(text.trim() === '' ? [] : [`${text.trimEnd()}\n`]), ...tables]
  return parts.length === 0 ? undefined : parts.join('\n')
}
