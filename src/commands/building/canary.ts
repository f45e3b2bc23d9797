import { join } from 'node:path'
import { workItemName } from '../../factory/work-item.ts'
import type { BuiltImage } from '../../canary/changeset.ts'
import { compareImages, type ImageDifference, isEqual, withoutNoise } from '../../canary/compare.ts'
import { chainSteps, type StaleLayer, staleLayers, stepsByPosition } from '../../canary/stale-layers.ts'
import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import type { CacheAccess } from '../../plan/access.ts'
import { InputError } from '../../problem.ts'
import { renderAttributes } from '../../render/attributes.ts'
import { renderCanary, staleText } from '../../report/canary-texts.ts'
import type { CommandResult } from '../command.ts'
import type { BuildInputs } from '../inputs.ts'
import { bakeLeg, type LegBuild } from './bake-leg.ts'
import type { LegWork, LegWorkItem } from './leg-work.ts'
import { openLeg, openLegBuilder } from './open-leg.ts'

/** How an image is built: from cache as ever, or without any. */
type How = 'cached' | 'cold' | 'cold-again'

/** The leg with its one image written to a folder, and nothing exported or pushed besides. */
const toFolder = (leg: LegBuild, how: How, dest: string): LegBuild => {
  const outputs = [renderAttributes({ type: 'oci', tar: 'false', dest })]
  const isCold = how !== 'cached'
  const images = (targets: LegBuild['targets']): LegBuild['targets'] =>
    targets
      .filter(({ isItem }) => isItem)
      .map((target) => {
        const { bake } = target
        return { ...target, bake: { ...bake, outputs, cacheTo: [], ...(isCold ? { cacheFrom: [] } : {}) } }
      })
  return {
    ...leg,
    targets: images(leg.targets),
    collectors: [],
    // Attestations say when an image was built, and are no part of it.
    options: { ...leg.options, attests: [], noCache: isCold || leg.options.noCache },
    allow: [...leg.allow, `fs.write=${dest}`],
    withoutRefs: (broken) => {
      const { targets } = leg.withoutRefs(broken)
      return { targets: images(targets), collectors: [] }
    },
  }
}

/** Builds the image and reads what it is made of. Throws an InputError when it cannot be built. */
const buildImage = async (leg: LegBuild, how: How, io: Io): Promise<BuiltImage> => {
  const dest = join(leg.folder, how)
  const { failed } = await bakeLeg(toFolder(leg, how, dest), io)
  const [failure] = failed.values()
  if (failure !== undefined) throw new InputError([{ found: `the canary cannot be built (${how}): ${failure.error}` }])
  const image = await io.files.readImage(dest)
  await io.files.removeFolder(dest)
  return image
}

/** What of an image is another than without cache, apart from what differs between any two builds. */
const findDifference = async (
  leg: LegBuild,
  io: Io,
): Promise<{ readonly found: ImageDifference; readonly cached: BuiltImage }> => {
  const cached = await buildImage(leg, 'cached', io)
  const cold = await buildImage(leg, 'cold', io)
  const found = compareImages(cached, cold)
  if (isEqual(found)) return { found, cached }
  io.actions.info('They differ; one more build without cache tells what differs anyway')
  const noise = compareImages(cold, await buildImage(leg, 'cold-again', io))
  return { found: withoutNoise(found, noise), cached }
}

const annotate = (layers: readonly StaleLayer[], io: Io): void => {
  for (const layer of layers) {
    const { step } = layer
    const place = step === undefined ? {} : { place: { file: step.file, line: step.lines.start, column: 1 } }
    io.actions.warning({ title: `Stale layer ${layer.layer}`, message: staleText(layer), ...place })
  }
}

/** Without a cache there is nothing to compare with, and to call that a good end would be wrong. */
const withoutCache = ({ reason }: CacheAccess, io: Io): CommandResult => {
  io.actions.warning({ title: 'Canary', message: `nothing is compared, as this run reads no cache: ${reason}` })
  return { outputs: { 'stale-layers': '' } }
}

/**
 * Builds one work item from cache and without any, and says which layers the cache holds something else for than their
 * steps make today. Nothing is pushed, and no cache is written.
 */
export const runCanary = async (
  all: LegWork,
  inputs: BuildInputs,
  context: Context,
  io: Io,
): Promise<CommandResult> => {
  const [item] = all.items
  if (item === undefined) throw new Error('bug: a canary without a work item')
  if (!all.access.read) return withoutCache(all.access, io)
  await using opened = await openLegBuilder(all, inputs, context, io)
  if (!opened.all.access.read) return withoutCache(opened.all.access, io)
  const { leg } = await openLeg(opened, inputs, context, io)
  io.actions.info(`Canary ${workItemName(item.item)}: it is built from cache and without, and compared`)
  const { found, cached } = await findDifference(leg, io)
  const layers = staleLayers(found, stepsOf(item, cached))
  annotate(layers, io)
  await io.actions.summary(renderCanary({ item: item.item, layers, environment: found.environment }))
  if (layers.length + found.environment.length === 0)
    io.actions.info('What the cache holds is what the steps make today')
  return { outputs: { 'stale-layers': layers.map(({ layer, variant }) => `${layer}/${variant}`).join('\n') } }
}

const stepsOf = ({ dockerfile: { steps, targets } }: LegWorkItem, { createdBy }: BuiltImage) =>
  stepsByPosition(createdBy, chainSteps(steps, targets))
