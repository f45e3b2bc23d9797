import { join } from 'node:path'
import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { workItemName } from '../../factory/work-item.ts'
import { renderPortableBake } from '../../render/bake.ts'
import type { Reproduction } from '../../report/reproduction.ts'
import { artifactLink, artifactName } from '../run-artifact.ts'
import type { LegReport } from './leg-results.ts'

/** Name of the bake file within the rendered files that is built on any machine. */
const PORTABLE = 'docker-bake.portable.json'

/**
 * Hands out what a leg built from, to be looked at and to be built again elsewhere: the Dockerfiles, and a bake file that
 * needs nothing but a checkout.
 */
export const handOutFiles = async (report: LegReport, context: Context, io: Io): Promise<Reproduction> => {
  const { work, written } = report
  const { folder, rendered, options } = written
  const targets = rendered.targets.flatMap((target, index) => {
    const item = work.items[index]
    if (item === undefined) return []
    return [{ target, dockerfile: item.dockerfile.text, description: workItemName(item.item) }]
  })
  const file = join(folder, PORTABLE)
  await io.files.write(file, renderPortableBake(targets, options))
  const names = work.items.map(({ item }) => workItemName(item))
  const name = artifactName('strata-leg', { leg: work.leg?.id, names, attempt: context.run.attempt })
  const files = rendered.files.map((each) => join(folder, each.name))
  const upload = await io.artifacts.upload(name, file, ...files)
  const { id, commit } = context.run
  const secrets = options.secrets.filter((spec) => spec.includes('env='))
  const shared = { bakeFile: PORTABLE, folder, secrets, ...(commit === undefined ? {} : { commit }) }
  if (upload.status !== 'stored' || id === undefined) return shared
  return { ...shared, artifact: { name, run: id, ...artifactLink(context.run, upload) } }
}
