import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { digestOf } from '../../layers/digest.ts'
import { renderPage } from '../../report/page/page.ts'
import type { RunReport } from '../../report/run-report.ts'
import type { StoredPage } from '../../report/run-summary/run-summary.ts'

/** Names are given once in a run, and it may have reports of several factories. */
const artifactName = ({ name, factory }: RunReport, { run }: Context): string =>
  `strata-report-${digestOf([name, factory]).slice(0, 8)}-${run.attempt ?? 1}`

/**
 * Writes the page of a run, and stores it as an artifact of the run, where there are artifacts. Nothing depends on the
 * artifact, so one that cannot be stored is a warning.
 */
export const writePage = async (
  report: RunReport,
  file: string,
  context: Context,
  io: Io,
): Promise<StoredPage | undefined> => {
  await io.files.write(file, renderPage(report))
  const artifact = artifactName(report, context)
  const upload = await io.artifacts.upload(artifact, file)
  if (upload.status === 'failed') {
    io.actions.warning({ message: `the page of the run could not be stored as artifact ${artifact}: ${upload.reason}` })
  }
  if (upload.status !== 'stored') return undefined
  const { url } = context.run
  return {
    artifact,
    ...(url === undefined || upload.id === undefined ? {} : { link: `${url}/artifacts/${upload.id}` }),
  }
}
