import type { Sighting } from './attribute.ts'
import type { Failure } from './failures.ts'
import { fitLine, plainLine } from './plain-text.ts'

/** `amd64 llm_factory (+3 more)` */
const renderTargets = (targets: readonly string[], label: (target: string) => string): string => {
  const [first, ...others] = new Set(targets)
  if (first === undefined) return ''
  return others.length === 0 ? label(first) : `${label(first)} (+${others.length} more)`
}

/**
 * What a vertex is, in words. Of a step only what the fragment says is shown: vertex names have the values of
 * arguments filled in.
 */
const renderWhat = ({ name, step }: Sighting): string => {
  switch (name.kind) {
    case 'step': {
      const place = `${name.stage ?? step?.stage ?? ''} ${name.index}/${name.total}`.trim()
      return `${place}  ${step?.original ?? step?.text ?? `${name.onbuild ? 'ONBUILD ' : ''}${name.keyword} …`}`
    }
    case 'import':
      return `cache import  ${name.ref}`
    case 'export':
      return `${name.of} export`
    case 'from':
      return 'base image'
    case 'auth':
      return 'registry login'
    case 'internal':
    case 'other':
      return 'preparation'
  }
}

/** One line about a vertex: for whom, what, and on the right how it went. Never longer than `width`. */
export const renderLine = (
  sightings: readonly Sighting[],
  outcome: string,
  { label, width }: { readonly label: (target: string) => string; readonly width: number },
): string => {
  const shown = sightings.find(({ step }) => step !== undefined) ?? sightings[0]
  const targets = sightings.map(({ target }) => target)
  const left = shown === undefined ? '' : `${renderTargets(targets, label)}  ${renderWhat(shown)}`
  const room = Math.max(20, width - outcome.length - 2)
  return fitLine(`${fitLine(plainLine(left), room).padEnd(room)}  ${outcome}`, Math.max(20, width))
}

/**
 * A failure for the end of a log: what failed and for whom, where the fragment says so, and what the step printed last.
 * Lines of output stand behind a bar, so that none of them can be a workflow command.
 */
export const renderFailure = (failure: Failure, label: (target: string) => string): readonly string[] => {
  const { step, targets, error, exitCode, logTail } = failure
  const text = step === undefined ? '' : `  ${step.stage} ${step.original ?? step.text}`
  return [
    plainLine(`FAILED  ${renderTargets(targets, label)}${text}`),
    ...(step === undefined ? [] : [plainLine(`  at ${step.file}:${step.lines.start}`)]),
    exitCode === undefined ? plainLine(`  ${error}`) : `  exit code ${exitCode}`,
    ...logTail.map((line) => `  | ${plainLine(line)}`),
  ]
}
