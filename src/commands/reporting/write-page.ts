import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { renderPage } from '../../report/page/page.ts'
import type { RunReport } from '../../report/run-report.ts'
import type { StoredPage } from '../../report/run-summary/run-summary.ts'
import { artifactLink, artifactName } from '../run-artifact.ts'

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
  // A run may have reports of several factories.
  const names = [report.name, report.factory]
  const artifact = artifactName('strata-report', { leg: undefined, names, attempt: context.run.attempt })
  const upload = await io.artifacts.upload(artifact, file)
  if (upload.status === 'failed') {
    io.actions.warning({ message: `the page of the run could not be stored as artifact ${artifact}: ${upload.reason}` })
  }
  if (upload.status !== 'stored') return undefined
  return { artifact, ...artifactLink(context.run, upload) }
}
