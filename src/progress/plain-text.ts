// ECMA-48 control sequences (CSI), operating system commands (OSC, up to BEL or ST), and two-character escapes.
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g

// Control characters, the separators that some readers take for line ends, and marks that reverse the reading order.
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g

/**
 * Takes from a line what would make the runner obey it. The runner reads `::name::` at the start of a line, blanks
 * before it allowed, and the older `##[name]` anywhere (actions/runner, `ActionCommand.cs`).
 */
const disarm = (line: string): string => line.replace(/^(\s*):(?=:)/, '$1: ').replaceAll('##[', '# #[')

/** One line of text for a log: no escapes, no control characters, no workflow command. Line ends become blanks. */
export const plainLine = (text: string): string =>
  disarm(
    text
      .replace(ESCAPES, '')
      .replace(/[\r\n\t]+/g, ' ')
      .replace(CONTROLS, ''),
  )

/** What a terminal would show of one line: a progress bar that returns to the first column overwrites itself. */
const lastOverwrite = (line: string): string => line.split('\r').findLast((part) => part.trim() !== '') ?? ''

/** The last lines of a program's output as plain text, empty lines at the end left out. */
export const plainTail = (text: string, lines: number): readonly string[] =>
  text
    .trimEnd()
    .split(/\r?\n/)
    .slice(text.trim() === '' ? Infinity : -lines)
    .map((line) => plainLine(lastOverwrite(line)).trimEnd())

/** Shortens a line to a number of characters, counted as code points, and shows with `…` that it did. */
export const fitLine = (text: string, width: number): string => {
  if (text.length <= width) return text
  const characters = Array.from(text)
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`
}
