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

/** Command lines of the running processes whose environment or command line has the text, this one left out. */
export const findProcesses = (text: string): readonly string[] =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid && !isZombie(pid))
    .map((pid) => ({ command: read(`/proc/${pid}/cmdline`), environment: read(`/proc/${pid}/environ`) }))
    .filter(({ command, environment }) => command.includes(text) || environment.includes(text))
    .map(({ command }) => command.replaceAll('\0', ' ').trim())
