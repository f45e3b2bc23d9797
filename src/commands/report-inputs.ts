import { inputError } from '../problem.ts'
import type { WantedRatios } from '../report/hit-ratio.ts'
import { choice, count, lines, list, optional, type ReadInput } from './read-input.ts'

/** Inputs of `report`. */
export type ReportInputs = {
  /** Globs over files of records, and folders of them; empty for the artifacts of the run alone. */
  readonly records: readonly string[]
  readonly planPath?: string
  /** `toJSON(needs)` as it was given. */
  readonly needs?: string
  readonly ifNoRecords: 'warn' | 'fail' | 'ignore'
  readonly wanted: WantedRatios
  readonly onLowHitRatio: 'warn' | 'fail'
  readonly metricsPath?: string
  /** Where the page goes; absent for a file of the action's own. */
  readonly reportPath?: string
  /** Runs in the trend; 0 for none. */
  readonly history: number
}

const RATIO_EXPECTED = 'a ratio from 0 to 1 or a percentage, as 0.9 or 90%'

const parseRatio = (text: string, line: string): number => {
  const [, digits = '', percent = ''] = /^(\d+(?:\.\d+)?|\.\d+)\s*(%?)$/.exec(text) ?? []
  const ratio = Number(digits) / (percent === '' ? 1 : 100)
  if (digits !== '' && ratio <= 1) return ratio
  throw inputError(`input min-hit-ratio has ${JSON.stringify(line)}`, { expected: RATIO_EXPECTED })
}

/** One ratio for the run, and `layer=ratio` for each layer. */
const wantedRatios = (read: ReadInput): WantedRatios => {
  const entries = lines(read('min-hit-ratio')).map((line) => {
    const at = line.lastIndexOf('=')
    return { layer: at < 0 ? undefined : line.slice(0, at).trim(), ratio: parseRatio(line.slice(at + 1).trim(), line) }
  })
  const [first, second] = entries.filter(({ layer }) => layer === undefined)
  if (second !== undefined) {
    throw inputError('input min-hit-ratio has two ratios for the run', { expected: 'one, and layer=ratio for layers' })
  }
  return {
    ...(first === undefined ? {} : { all: first.ratio }),
    layers: Object.fromEntries(entries.flatMap(({ layer, ratio }) => (layer === undefined ? [] : [[layer, ratio]]))),
  }
}

/** Reads the inputs of `report`. */
export const readReportInputs = (read: ReadInput): ReportInputs => ({
  records: list(read('records-path')),
  ...optional('planPath', read('plan-path')),
  ...optional('needs', read('needs')),
  ifNoRecords: choice(read, 'if-no-records', ['warn', 'fail', 'ignore']),
  wanted: wantedRatios(read),
  onLowHitRatio: choice(read, 'on-low-hit-ratio', ['warn', 'fail']),
  ...optional('metricsPath', read('metrics-path')),
  ...optional('reportPath', read('report-path')),
  history: Math.floor(count(read, 'history', { byDefault: 30, least: 0, most: 1000 })),
})
