import { randomBytes } from 'node:crypto'
import { emptyBuilder, testbed } from '../__tests__/support/e2e/testbed.ts'
import { sampleLayer, sampleWork } from '../__tests__/support/samples.ts'
import type { Fragment } from '../src/fragment/fragment.ts'
import { parseFragment } from '../src/fragment/parse.ts'
import { stitch } from '../src/render/dockerfile.ts'
import type { RenderItem } from '../src/render/leg.ts'
import { writeLeg } from './bake.ts'
import { median } from './median.ts'
import type { BenchResult } from './run.ts'

const RUNS = 5
const APPS = ['one', 'two', 'three', 'four', 'five', 'six']

/** How the files of a COPY come in: straight from the build context, or gathered in a stage of their own first. */
type Form = 'direct' | 'gathered'

/** A fragment whose COPYs are left as they are. */
const direct = (fragment: Fragment): Fragment => ({ ...fragment, contextCopies: [] })

/** Work items that share all but their uppermost layer, and with it a COPY from the build context. */
const itemsOf = (salt: string, form: Form): readonly RenderItem[] => {
  const texts = {
    core: `COPY core.txt /core/\nRUN cat /core/core.txt > /core/built && echo ${salt}\n`,
    ...Object.fromEntries(APPS.map((app) => [app, `RUN echo ${app} > /app\nRUN echo ${app} ${salt} > /version\n`])),
  }
  const fragments = new Map(
    Object.entries(texts).map(([name, text]) => {
      const fragment = parseFragment(`${name}.Dockerfile`, text)
      return [fragment.file, form === 'direct' ? direct(fragment) : fragment]
    }),
  )
  return APPS.map((app) => {
    const layers = [
      sampleLayer({ layer: 'base', from: testbed.base }),
      sampleLayer({ layer: 'core', fragment: 'core.Dockerfile' }),
      sampleLayer({ layer: 'app', variant: app, fragment: `${app}.Dockerfile` }),
    ]
    const item = sampleWork({ manifestId: app, layers, image: '' })
    return { item, dockerfile: stitch(item, fragments, {}), images: [] }
  })
}

type Measured = { readonly steps: number; readonly rerun: number; readonly ms: number }

/** Builds all targets, empties the builder, builds them again from their cache refs, and says what ran then. */
const measure = async (form: Form): Promise<Measured> => {
  const salt = randomBytes(4).toString('hex')
  const repository = `${testbed.registry}/bench-${salt}-cache`
  await using leg = await writeLeg(itemsOf(salt, form), { repository, files: { 'core.txt': `${salt}\n` } })
  await emptyBuilder()
  await leg.bake()
  await emptyBuilder()
  const { result, ms } = await leg.bake()
  return { steps: result.unique.total, rerun: result.unique.total - result.unique.cached, ms }
}

const summarize = (runs: readonly Measured[]) => ({
  medianRerun: median(runs.map(({ rerun }) => rerun)),
  worst: Math.max(...runs.map(({ rerun }) => rerun)),
})

/**
 * How many steps run again on an empty builder although nothing changed and every target has a cache ref of its own,
 * where targets that are baked together share a COPY from the build context.
 */
export const sharedContext = async (): Promise<BenchResult> => {
  const measured: Readonly<Record<Form, Measured[]>> = { direct: [], gathered: [] }
  for (let run = 1; run <= RUNS; run++) {
    for (const form of ['direct', 'gathered'] as const) {
      const found = await measure(form)
      measured[form].push(found)
      const seconds = (found.ms / 1000).toFixed(1)
      process.stderr.write(
        `run ${run} of ${RUNS}, ${form}: ${found.rerun} of ${found.steps} steps ran again, ${seconds}s\n`,
      )
    }
  }
  const ms = (form: Form): number => median(measured[form].map((found) => found.ms))
  return {
    bench: 'shared-context',
    targets: APPS.length,
    runs: RUNS,
    steps: measured.gathered[0]?.steps ?? 0,
    direct: summarize(measured.direct),
    gathered: summarize(measured.gathered),
    timeRatio: Number((ms('gathered') / ms('direct')).toFixed(2)),
  }
}
