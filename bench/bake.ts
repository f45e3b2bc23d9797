import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testbed } from '../__tests__/support/e2e/testbed.ts'
import { NO_OPTIONS } from '../__tests__/support/samples.ts'
import { attributeSteps } from '../src/progress/attribute.ts'
import type { BuildResult } from '../src/progress/build-result.ts'
import { applyStatus, applyText, createFold } from '../src/progress/fold.ts'
import { settleBuilt } from '../src/progress/settle.ts'
import { createStatusStream } from '../src/progress/status-stream.ts'
import { cacheRef } from '../src/layers/cache-refs.ts'
import { renderBake } from '../src/render/bake.ts'
import { renderLeg, type RenderItem } from '../src/render/leg.ts'

/** What one bake call did, and how long the whole of it took, ms. */
export type Baked = { readonly result: BuildResult; readonly ms: number }

/** A leg on disk that can be baked again and again. */
export type BenchLeg = AsyncDisposable & { readonly bake: () => Promise<Baked> }

/**
 * Writes what the action would: a Dockerfile for each item and one bake file, with a cache ref for each target that it
 * reads and writes, in `repository`. `files` are those of the build context, by path.
 */
export const writeLeg = async (
  items: readonly RenderItem[],
  { repository, files }: { readonly repository: string; readonly files: Readonly<Record<string, string>> },
): Promise<BenchLeg> => {
  const folder = await mkdtemp(join(tmpdir(), 'strata-bench-'))
  const context = join(folder, 'context')
  const refs = items.map(({ item }) => cacheRef('manifest', repository, item))
  const leg = renderLeg(items, {
    cache: {
      refs: { items: refs.map((ref) => ({ from: [ref], to: [{ ref, mode: 'min' }] })), prefixes: [] },
      ...{ from: [], to: [], home: '', access: { read: true, write: true, reason: 'a benchmark' } },
    },
    ...{ push: false, load: false, attests: [], driver: 'docker', folder, context },
  })
  await mkdir(context)
  for (const [name, text] of Object.entries(files)) await writeFile(join(context, name), text)
  for (const { name, text } of leg.files) await writeFile(join(folder, name), text)
  const file = join(folder, 'docker-bake.json')
  await writeFile(file, renderBake(leg.targets, leg.collectors, NO_OPTIONS))
  const targets = leg.targets.map(({ name }, index) => ({ target: name, steps: items[index]?.dockerfile.steps ?? [] }))
  return {
    bake: async () => {
      const fold = createFold()
      const stream = createStatusStream({
        status: (status) => {
          applyStatus(fold, status)
        },
        text: (line) => {
          applyText(fold, line)
        },
      })
      const began = performance.now()
      const args = ['buildx', 'bake', '--builder', testbed.builder, '--file', file, '--progress=rawjson']
      const child = spawn('docker', [...args, `--allow=fs.read=${folder}`], { stdio: ['ignore', 'ignore', 'pipe'] })
      child.stderr.on('data', stream.write)
      const code = await new Promise<number | null>((resolve, reject) => {
        child.on('error', reject).on('close', resolve)
      })
      stream.end()
      if (code !== 0) throw new Error(`docker buildx bake failed: ${fold.trailer.join('\n')}`)
      return { result: settleBuilt(attributeSteps(fold, targets)), ms: performance.now() - began }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
