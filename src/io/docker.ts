import { getExecOutput } from '@actions/exec'
import { runProcess } from './process.ts'

/** What a short command is given: its standard input, or what stops it, in case it takes longer. */
export type ShortRun = { readonly input: string } | { readonly signal: AbortSignal }

/** What a short command printed. */
export type Output = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** How a long command is run: what it gets, what stops it, and where its output goes. */
export type LongRun = {
  /** Environment besides that of the run: secrets and settings of Buildx. */
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly onStdout?: (chunk: Buffer) => void
  readonly onStderr: (chunk: Buffer) => void
}

/** The Docker CLI. Arguments are arrays; there is no shell anywhere. */
export type Docker = {
  /** Runs a short command to its end, and says what it printed. Code 127 when there is no Docker CLI. */
  readonly query: (args: readonly string[], given?: ShortRun) => Promise<Output>
  /** Runs a long command, streams what it prints and can be stopped. Returns its exit code. */
  readonly run: (args: readonly string[], options: LongRun) => Promise<number>
}

const definedOf = (env: NodeJS.ProcessEnv): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))

type Place = { readonly cwd: string; readonly env: Readonly<Record<string, string>> }

/** Reads what a command printed, until the signal stops it. */
const readUntil = async (args: readonly string[], signal: AbortSignal, place: Place): Promise<Output> => {
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []]
  const code = await runProcess('docker', args, {
    ...place,
    signal,
    onStdout: (chunk) => stdout.push(chunk),
    onStderr: (chunk) => stderr.push(chunk),
  })
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }
}

const readAll = async (args: readonly string[], input: string | undefined, place: Place): Promise<Output> => {
  const { exitCode, stdout, stderr } = await getExecOutput('docker', [...args], {
    ...place,
    ...(input === undefined ? {} : { input: Buffer.from(input) }),
    silent: true,
    ignoreReturnCode: true,
  })
  return { code: exitCode, stdout, stderr }
}

/** The Docker CLI found in PATH, run in the workspace. */
export const createDocker = (env: NodeJS.ProcessEnv, workspace: string): Docker => ({
  query: async (args, given) => {
    const place = { cwd: workspace, env: definedOf(env) }
    try {
      if (given !== undefined && 'signal' in given) return await readUntil(args, given.signal, place)
      return await readAll(args, given?.input, place)
    } catch (cause) {
      // Both throw when the program is not in PATH.
      return { code: 127, stdout: '', stderr: cause instanceof Error ? cause.message : String(cause) }
    }
  },
  run: (args, { env: extra, signal, onStdout, onStderr }) =>
    runProcess('docker', args, {
      cwd: workspace,
      env: { ...definedOf(env), ...extra },
      signal,
      onStdout: onStdout ?? (() => undefined),
      onStderr,
    }),
})
