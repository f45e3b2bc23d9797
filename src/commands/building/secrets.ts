import type { Fragment } from '../../fragment/fragment.ts'
import { InputError, inputError, type Problem } from '../../problem.ts'
import { renderAttributes } from '../../render/attributes.ts'
import { didYouMean } from '../../suggest.ts'
import type { SecretSource } from '../inputs.ts'

/** Secrets as Buildx takes them, and the environment that carries their values. */
export type RenderedSecrets = {
  /** `id=x,env=NAME` or `id=x,src=PATH` */
  readonly specs: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Paths of the secrets that come from files. */
  readonly files: readonly string[]
  /** Values to mask in every log. */
  readonly values: readonly string[]
}

const readVariable = (id: string, name: string, runEnv: NodeJS.ProcessEnv): string => {
  const value = runEnv[name]
  if (value !== undefined) return value
  throw inputError(`secret ${id} is to come from ${name}, which is not set`, { hint: 'set it with env: on the step' })
}

/** Names the variables that carry secrets, so that no value is ever in a file or an argument. */
export const renderSecrets = (sources: readonly SecretSource[], runEnv: NodeJS.ProcessEnv): RenderedSecrets => {
  const rendered = sources.map((source, index) => {
    if (source.from === 'file') return { spec: renderAttributes({ id: source.id, src: source.path }), values: [] }
    const value = source.from === 'value' ? source.value : readVariable(source.id, source.name, runEnv)
    const name = `STRATA_SECRET_${index}`
    return { spec: renderAttributes({ id: source.id, env: name }), values: [[name, value] as const] }
  })
  const values = rendered.flatMap((secret) => secret.values)
  return {
    specs: rendered.map(({ spec }) => spec),
    files: sources.flatMap((source) => (source.from === 'file' ? [source.path] : [])),
    env: Object.fromEntries(values),
    values: values.map(([, value]) => value).filter((value) => value !== ''),
  }
}

/** A text in which no secret can be read. Of a secret of several lines each line is one. */
export const maskSecrets = (text: string, { values }: Pick<RenderedSecrets, 'values'>): string =>
  values
    .flatMap((value) => [value, ...value.split(/\r?\n/)])
    .filter((part) => part.trim() !== '')
    .toSorted((a, b) => b.length - a.length)
    .reduce((masked, part) => masked.replaceAll(part, '***'), text)

/** A secret or an SSH mount that a fragment asks for and nobody passes is an error before the build. */
export const checkMounts = (
  fragments: Iterable<Fragment>,
  secrets: readonly SecretSource[],
  ssh: readonly string[],
): void => {
  const ids = secrets.map(({ id }) => id)
  const agents = ssh.map((spec) => spec.split('=')[0] ?? '')
  const problems = [...fragments].flatMap((fragment): readonly Problem[] => {
    const place = (line: number) => ({ file: fragment.file, line, column: 1 })
    return [
      ...fragment.secrets
        .filter(({ id }) => !ids.includes(id))
        .map(({ id, line }) => ({
          place: place(line),
          found: `this step mounts the secret ${id}, which nobody passes`,
          expected: `"${id}" in input secrets, secret-envs or secret-files`,
          ...didYouMean(id, ids),
        })),
      ...fragment.ssh
        .filter(({ id }) => !agents.includes(id))
        .map(({ id, line }) => ({
          place: place(line),
          found: `this step mounts the SSH agent ${id}, which nobody passes`,
          expected: `"${id}" in input ssh`,
        })),
    ]
  })
  if (problems.length > 0) throw new InputError(problems)
}
