import { spawn } from 'node:child_process'

/** How long a child may take to end after SIGINT or SIGTERM before its whole group is killed, ms. */
const GRACE_MS = 3_000

/** How a program is run. It gets no environment but this one, and nothing to read. */
export type ProcessOptions = {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Stops it: SIGINT if that is the reason, else SIGTERM, and SIGKILL to what is left later. */
  readonly signal: AbortSignal
  readonly onStdout: (chunk: Buffer) => void
  readonly onStderr: (chunk: Buffer) => void
}

/**
 * Runs a program without a shell and streams what it prints. Resolves with its exit code, also when it was stopped.
 *
 * The child leads a process group of its own, so that `docker` and the plugins it starts get the signal together and
 * none of them is left behind. The toolkit's exec has no way to stop what it started.
 */
export const runProcess = (command: string, args: readonly string[], options: ProcessOptions): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const kill = (signal: NodeJS.Signals): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal)
      } catch {
        // The group has ended already.
      }
    }
    let grace: NodeJS.Timeout | undefined
    const stop = (): void => {
      kill(options.signal.reason === 'SIGINT' ? 'SIGINT' : 'SIGTERM')
      grace = setTimeout(kill, GRACE_MS, 'SIGKILL')
    }
    child.stdout.on('data', options.onStdout)
    child.stderr.on('data', options.onStderr)
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(grace)
      options.signal.removeEventListener('abort', stop)
      // A plugin may outlive the program that started it.
      if (options.signal.aborted) kill('SIGKILL')
      resolve(code ?? 1)
    })
    if (options.signal.aborted) stop()
    else options.signal.addEventListener('abort', stop, { once: true })
  })
