import type { RunReport, RunReportFile } from './run-report.ts'

/** The text of the file of a report. */
export const renderReportFile = (report: RunReport): string => {
  const file: RunReportFile = { version: 1, ...report }
  return `${JSON.stringify(file)}\n`
}
