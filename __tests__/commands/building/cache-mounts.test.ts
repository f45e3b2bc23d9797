import { describe, expect, test } from '@jest/globals'
import { fillMounts, keepMounts } from '../../../src/commands/building/cache-mounts.ts'
import type { LegOutcome } from '../../../src/commands/building/bake-leg.ts'
import type { Io } from '../../../src/io/io.ts'
import type { ArchiveContent } from '../../../src/io/archive.ts'
import { literalContext } from '../../support/context.ts'
import { literalIo } from '../../support/io.ts'
import { legBuild, legItem, legPrefix, legTarget, legWork, refOf } from '../../support/leg.ts'
import { NO_OPTIONS } from '../../support/samples.ts'

const mounting = (layer: string, id: string) => ({ layer, text: `RUN --mount=type=cache,id=${id},target=/m true\n` })

const ITEM = legItem('serve', [mounting('core', 'apt'), mounting('app', 'pip')])
const WORK = legWork({ items: [ITEM], chains: [[legPrefix('core'), legPrefix('app')]] })
const LEG = legBuild([legTarget('t0', ITEM)])
const CONTENT: ArchiveContent = { digest: 'd'.repeat(64), bytes: 7, files: 1 }

/** What came of the steps of the work item: `run` or `hit`, lowest first. */
const outcomeOf = (...outcomes: readonly ('run' | 'hit')[]): LegOutcome => {
  const steps = ITEM.dockerfile.steps.map((step, index) => ({
    ...{ step, outcome: outcomes[index] ?? 'hit', execMs: 1000, loadMs: 0, downloadedBytes: 0 },
    ...{ digests: [`sha256:${index}`], interrupted: false },
  }))
  const counts = { cached: 0, total: 2, ratio: 0, execMs: 0 }
  const target = { target: 't0', steps, counts, imports: [], exports: [], downloadedBytes: 0 }
  const result = { targets: [target], unique: counts, images: [], downloadedBytes: 0 }
  return { result, metadata: {}, failed: new Map(), broken: new Set(), checks: [] }
}

/** A world whose cache has these keys and whose builds end with these codes; what it was asked for is kept. */
const world = ({
  key,
  codes = [],
  content = CONTENT,
}: {
  key?: string
  codes?: number[]
  content?: ArchiveContent
}) => {
  const texts = new Map<string, string>()
  const { io, told } = literalIo(texts)
  const [dockerfiles, saved, left]: [string[], string[], number[]] = [[], [], [...codes]]
  const asked: (readonly string[])[] = []
  const all: Io = {
    ...io,
    actionsCache: {
      restore: (_, prefixes) => {
        asked.push(prefixes)
        return Promise.resolve(key === undefined ? { status: 'missing' } : { status: 'restored', key })
      },
      save: (_, name) => Promise.resolve(void saved.push(name)).then(() => ({ status: 'saved' })),
    },
    docker: {
      ...io.docker,
      run: (_, { onStderr }) => {
        dockerfiles.push(texts.get('/tmp/strata-mounts/Dockerfile') ?? '')
        onStderr(Buffer.from('no tar\n'))
        return Promise.resolve(left.shift() ?? 0)
      },
    },
    files: {
      ...io.files,
      ...{ readArchive: () => Promise.resolve(content), move: () => Promise.resolve() },
      removeFolder: () => Promise.resolve(),
    },
  }
  return { io: all, told, dockerfiles, saved, asked }
}

const settings = (known: readonly string[], leg = LEG) => ({ known: new Set(known), leg, context: literalContext() })

describe('cache mounts', () => {
  test('are filled where a layer that uses them is cold, all in one build', async () => {
    const { io, dockerfiles } = world({ key: 'k-x' })
    const all = await fillMounts(WORK, settings([]), io)
    expect(all?.mounts.map(({ name }) => name)).toEqual(['apt', 'pip'])
    expect(dockerfiles).toHaveLength(1)
    expect((await fillMounts(WORK, settings([refOf('core')]), io))?.mounts.map(({ name }) => name)).toEqual(['pip'])
  })

  test('are left alone where all is warm, unless steps are forced to run', async () => {
    const { io, asked } = world({})
    expect(await fillMounts(WORK, settings([refOf('app')]), io)).toBeUndefined()
    expect(asked).toEqual([])
    const forced = legBuild([], { options: { ...NO_OPTIONS, noCacheFilters: ['app'] } })
    const filled = await fillMounts(WORK, settings([refOf('app')], forced), io)
    expect(filled?.mounts.map(({ name }) => name)).toEqual(['pip'])
  })

  test('begin empty where only what is pinned may be read', async () => {
    const { io, asked, told } = world({})
    expect(await fillMounts({ ...WORK, pins: new Map() }, settings([]), io)).toBeUndefined()
    expect(asked).toEqual([])
    expect(told.infos).toEqual([expect.stringContaining('input cache is pinned')])
  })

  test('are asked for by id, platform and fragment, then by id and platform', async () => {
    const { io, asked } = world({})
    await fillMounts(WORK, settings([refOf('core')]), io)
    const [[own = '', other = ''] = []] = asked
    expect(own).toMatch(/^strata-mount-[0-9a-f]{16}-linux-amd64-[0-9a-f]{16}-$/)
    expect(own.startsWith(other)).toBe(true)
  })

  test('are filled with another image where the base has no tar, and are empty where none does: with one warning', async () => {
    const second = world({ key: 'k-x', codes: [1] })
    expect((await fillMounts(WORK, settings([]), second.io))?.mounts[0]?.restored).toBeDefined()
    expect(second.dockerfiles.map((text) => text.split('\n')[0])).toEqual([
      'FROM ubuntu:24.04 AS tools',
      expect.stringContaining('FROM moby/buildkit:'),
    ])
    expect(second.told.warnings).toEqual([])

    const none = world({ key: 'k-x', codes: [1, 1] })
    const filled = await fillMounts(WORK, settings([]), none.io)
    expect(filled?.mounts.some(({ restored }) => restored !== undefined)).toBe(false)
    expect(none.told.warnings).toEqual(['they could not be filled, so steps find them empty: no tar'])
  })

  const keep = async (given: Parameters<typeof world>[0], outcome: LegOutcome, work = WORK) => {
    const made = world(given)
    const filled = await fillMounts(work, settings([]), made.io)
    if (filled === undefined) throw new Error('nothing was cold')
    made.dockerfiles.splice(0)
    return { ...made, result: await keepMounts(filled, { leg: LEG, outcome }, made.io) }
  }

  test('are stored where a step ran and what they hold is new, with the time that it took with nothing in them', async () => {
    const { result, saved, dockerfiles } = await keep({}, outcomeOf('run', 'hit'))
    expect(result.mounts.map(({ mount, kept }) => [mount, kept])).toEqual([
      ['apt', 'saved'],
      ['pip', 'unused'],
    ])
    expect(dockerfiles).toEqual([expect.not.stringContaining('id=pip')])
    expect(saved).toEqual([expect.stringMatching(/-dddddddddddddddd-1000$/)])
  })

  test('are not stored again where they hold what they were filled with', async () => {
    const { result, saved } = await keep({ key: 'k-60000' }, outcomeOf('run', 'run'))
    expect(result.mounts.map(({ kept, emptyMs }) => [kept, emptyMs])).toEqual(Array(2).fill(['unchanged', 60_000]))
    expect(result.gainMs).toBe(118_000)
    expect(saved).toEqual([])
  })

  test('are not stored by a run that only reads, nor where they are too large', async () => {
    const access = { read: true, write: false, reason: 'a test' }
    const pull = await keep({}, outcomeOf('run'), { ...WORK, access })
    expect([pull.result.mounts[0]?.kept, pull.saved, pull.dockerfiles]).toEqual(['read-only', [], []])
    const large = await keep({ content: { ...CONTENT, bytes: 3 * 1024 ** 3 } }, outcomeOf('run'))
    expect([large.result.mounts[0]?.kept, large.saved]).toEqual(['too-large', []])
    expect(large.told.warnings).toEqual([expect.stringContaining('at most')])
  })

  test('that cannot be taken out are a warning', async () => {
    const { result, told } = await keep({ codes: [1, 1] }, outcomeOf('run'))
    expect(result.mounts[0]?.kept).toBe('failed')
    expect(told.warnings).toEqual(['they could not be kept: no tar'])
  })
})
