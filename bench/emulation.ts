import { runBuild } from '../__tests__/support/e2e/run-action.ts'
import { createWorkspace, type Texts } from '../__tests__/support/e2e/workspace.ts'
import { median } from './median.ts'
import type { BenchResult } from './run.ts'

const NATIVE = 'linux/amd64'
const EMULATED = 'linux/arm64'
const RUNS = 3

/** What steps of images do, one fragment each. The same programs run on both platforms; none of them needs a network. */
const KINDS = {
  wait: 'sleep 1',
  copy: 'dd if=/dev/zero of=/big bs=1M count=400 && cp /big /copy && rm /big /copy',
  files: 'for i in $(seq 2000); do echo "$i" > "/tmp/$i"; done; tar -cf /tmp.tar /tmp; tar -xf /tmp.tar -C /home',
  processes: 'for i in $(seq 300); do /bin/busybox true; done',
  script: 'i=0; while [ "$i" -lt 300000 ]; do i=$((i + 1)); done',
  compress: 'seq 900000 | gzip -9 > /packed',
  checksum: 'dd if=/dev/zero bs=1M count=200 | sha256sum > /sum',
} as const

type Kind = keyof typeof KINDS

const kinds = Object.keys(KINDS) as readonly Kind[]

const factory = (): Texts => ({
  'strata.yaml': `version: 1
name: e2e-<salt>
registry: <registry>
platforms: [${NATIVE}, ${EMULATED}]
layers:
  base: { variants: { busybox: { from: '<base>' } } }
${kinds.map((kind) => `  ${kind}: { variants: { one: { fragment: ${kind}.Dockerfile } } }`).join('\n')}
manifests:
  all: { base: busybox, ${kinds.map((kind) => `${kind}: one`).join(', ')} }
`,
  ...Object.fromEntries(kinds.map((kind) => [`${kind}.Dockerfile`, `RUN : <salt>; ${KINDS[kind]}\n`])),
})

/** Times of the steps of one platform that is built by itself, ms. They form one chain, so no two run together. */
const measure = async (platforms: string): Promise<ReadonlyMap<string, number>> => {
  await using space = await createWorkspace(factory())
  const { code, results, log } = await runBuild(space, { inputs: { platforms, cache: 'false' } })
  if (code !== 0) throw new Error(`the build failed:\n${log}`)
  return new Map(results.items.flatMap(({ steps }) => steps.map(({ layer, execMs }) => [layer, execMs] as const)))
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits))

/**
 * How many times as long the steps of the same fragments take under QEMU as on the machine itself, by what they do:
 * medians of builds that alternate, so that whatever else the machine does meets both.
 */
export const emulation = async (): Promise<BenchResult> => {
  const times: Record<string, ReadonlyMap<string, number>[]> = { [NATIVE]: [], [EMULATED]: [] }
  for (let run = 1; run <= RUNS; run++) {
    for (const platform of [NATIVE, EMULATED]) times[platform]?.push(await measure(platform))
    process.stderr.write(`run ${run} of ${RUNS} done\n`)
  }
  const timeOf = (platform: string, kind: Kind): number =>
    median((times[platform] ?? []).map((measured) => measured.get(kind) ?? Number.NaN))
  const rows = kinds.map((kind) => {
    const [nativeMs, emulatedMs] = [timeOf(NATIVE, kind), timeOf(EMULATED, kind)]
    return [
      kind,
      { nativeMs: round(nativeMs, 0), emulatedMs: round(emulatedMs, 0), ratio: round(emulatedMs / nativeMs, 1) },
    ]
  })
  return {
    bench: 'emulation',
    native: NATIVE,
    emulated: EMULATED,
    runs: RUNS,
    kinds: Object.fromEntries(rows) as object,
  }
}
