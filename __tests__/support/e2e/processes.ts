import { readdirSync, readFileSync } from 'node:fs'

/** Text of a file of the kernel; empty when the process has ended or is not ours to look into. */
const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** A process that has ended and waits for its parent to ask is no longer running. */
const isZombie = (pid: string): boolean => /^\d+ \(.*\) Z /s.test(read(`/proc/${pid}/stat`))

type Process = { readonly pid: number; readonly command: string }

const processesWith = (text: string): readonly Process[] =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid && !isZombie(pid))
    .map((pid) => ({ pid, command: read(`/proc/${pid}/cmdline`), environment: read(`/proc/${pid}/environ`) }))
    .filter(({ command, environment }) => command.includes(text) || environment.includes(text))
    .map(({ pid, command }) => ({ pid: Number(pid), command: command.replaceAll('\0', ' ').trim() }))

/** Command lines of the running processes whose environment or command line has the text, this one left out. */
export const findProcesses = (text: string): readonly string[] => processesWith(text).map(({ command }) => command)

/** Ends those processes as the runner ends what a killed step has left running. */
export const killProcesses = (text: string): void => {
  for (const { pid } of processesWith(text)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
}
