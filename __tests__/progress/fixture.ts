import { readFileSync } from 'node:fs'
import { applyStatus, applyText, createFold, type Fold } from '../../src/progress/fold.ts'
import type { BuildResult } from '../../src/progress/build-result.ts'
import type { SolveStatus } from '../../src/progress/status.ts'
import { createStatusStream } from '../../src/progress/status-stream.ts'
import type { BakeTarget } from '../../src/progress/step-index.ts'
import type { StitchedStep } from '../../src/render/stitched.ts'

/** A recorded stream; see the README beside the recordings. */
export const recording = (name: string): Buffer =>
  readFileSync(new URL(`../fixtures/progress/${name}.rawjson`, import.meta.url))

export type Decoded = { readonly status: SolveStatus } | { readonly text: string }

/** Everything a stream holds, in order, when it arrives in these chunks. */
export const decode = (...chunks: readonly Uint8Array[]): readonly Decoded[] => {
  const found: Decoded[] = []
  const stream = createStatusStream({
    status: (status) => found.push({ status }),
    text: (text) => found.push({ text }),
  })
  chunks.forEach(stream.write)
  stream.end()
  return found
}

/** The fold of what was decoded. */
export const foldOf = (decoded: readonly Decoded[]): Fold => {
  const fold = createFold()
  for (const item of decoded) {
    if ('status' in item) applyStatus(fold, item.status)
    else applyText(fold, item.text)
  }
  return fold
}

/** The fold of a recording. */
export const folded = (name: string): Fold => foldOf(decode(recording(name)))

/** Steps written as vertex names show them: `core 2/3 RUN make`. They lie in `<layer>.Dockerfile`, line 10 × index. */
export const steps = (...lines: readonly string[]): readonly StitchedStep[] =>
  lines.map((line) => {
    const [, stage = '', index = '', text = ''] = /^(\S+) (\d+) ([^]*)$/.exec(line) ?? []
    const layer = stage.split('.')[0] ?? stage
    const start = 10 * Number(index)
    const lines = { start, end: start }
    return {
      stage,
      index: Number(index),
      text,
      layer,
      variant: 'v',
      file: `${layer}.Dockerfile`,
      lines,
      rendered: lines,
    }
  })

export const target = (name: string, ...lines: readonly string[]): BakeTarget => ({
  target: name,
  steps: steps(...lines),
})

/** What became of each step, one line a target: `t0: run run hit`. */
export const outcomes = ({ targets }: BuildResult): readonly string[] =>
  targets.map(({ target: name, steps: results }) => `${name}: ${results.map(({ outcome }) => outcome).join(' ')}`)

const CORE = [
  'security 1 RUN sleep 0.3 && echo security-p2 > /security',
  'core.build 2 WORKDIR /src-p2',
  'core.build 3 COPY tool-p2.txt ./',
  'core.build 4 RUN cat tool-p2.txt > out',
  'core 1 WORKDIR $HOME_DIR',
  'core 2 RUN echo "python $PYTHON p2" \\ > version',
  'core 3 COPY --from=core.build /src-p2/out ./out',
]

/** The targets of the recordings `cold`, `warm-local` and `warm-remote`. */
export const stack: readonly BakeTarget[] = [
  target('t0', ...CORE, 'app 1 RUN <<END echo serve-p2 echo two END', 'app 2 copy --link tool-p2.txt /serve-p2.txt'),
  target('t1', ...CORE, 'app 1 RUN <<END echo batch-p2 echo two END', 'app 2 copy --link tool-p2.txt /batch-p2.txt'),
  target('t2', ...CORE, 'app 1 RUN <<END echo serve-p2 echo two END', 'app 2 copy --link tool-p2.txt /serve-p2.txt'),
  target('t3', ...CORE),
]

const failing = (name: string, core: string, app: string): BakeTarget =>
  target(
    name,
    'security 1 RUN echo security-f1 > /security',
    `core 1 RUN ${core}`,
    `core 2 RUN echo after-f1-${/cannot find (\w+)/.exec(core)?.[1] ?? ''}`,
    `app 1 RUN echo ${app}-f1 > /app`,
  )

const script = (word: string): string =>
  `for i in 1 2 3; do echo "step $i"; done; echo "::error::not a command"; echo "cannot find ${word} with $TOKEN" >&2;`

/** The targets of the recordings `failing` (all four) and `failing-repeated` (the last two). */
export const failingTargets: readonly BakeTarget[] = [
  failing('t0', `sleep 1; ${script('broken')} exit 3`, 'serve'),
  failing('t1', `sleep 1; ${script('broken')} exit 3`, 'batch'),
  failing('t2', `sleep 1; ${script('slow')} sleep 30`, 'serve'),
  failing('t3', `${script('quick')} true`, 'serve'),
]
