import { describe, expect, test } from '@jest/globals'
import type { Registry } from '../../src/io/registry/registry.ts'
import type { Repository } from '../../src/oci/reference.ts'
import { pushGenerations, recordOf } from '../support/generations.ts'
import { CACHE, generationsOf, NOW, pruneOnce, tagsOf, withGenerations } from '../support/prune-bed.ts'
import { each, matching, status } from '../support/registry/faults.ts'
import { referenceOf } from '../support/registry-client.ts'
import { ON_PULL_REQUEST } from '../support/world.ts'

describe('prune', () => {
  test('deletes all but the last three generations, with their records', async () => {
    await using registry = await withGenerations(10)
    const run = await pruneOnce(registry, { inputs: { confirm: 'true' } })
    expect(run.failure).toBeUndefined()
    expect(run.outputs).toMatchObject({ deleted: '21', failed: '0', left: '0' })
    expect(tagsOf(registry)).toHaveLength(6)
    expect(tagsOf(registry, `${CACHE}-records`).filter((tag) => tag.startsWith('run-'))).toHaveLength(3)
  })

  test('a second run has nothing to do', async () => {
    await using registry = await withGenerations(5)
    await pruneOnce(registry, { inputs: { confirm: 'true' } })
    const again = await pruneOnce(registry)
    expect(again.outputs).toMatchObject({ deleted: '0', failed: '0' })
    expect(tagsOf(registry)).toHaveLength(6)
  })

  test('stops where more than 30 % would go, and asks', async () => {
    await using registry = await withGenerations(10)
    const run = await pruneOnce(registry)
    expect(run.failure).toMatch(/more than 30 % have to be meant.*confirm: true/)
    expect(tagsOf(registry)).toHaveLength(20)
    expect(run.told.summaries[0]).toContain('would be deleted')
  })

  test('a dry run prints exactly what a real run does', async () => {
    await using registry = await withGenerations(10)
    const dry = await pruneOnce(registry, { inputs: { 'dry-run': 'true' } })
    expect(tagsOf(registry)).toHaveLength(20)
    expect(registry.requests.filter(({ method }) => method === 'DELETE' || method === 'PUT')).toEqual([])
    const real = await pruneOnce(registry, { inputs: { confirm: 'true' } })
    expect([...dry.groups]).toEqual([...real.groups])
    expect(dry.outputs['deleted']).toBe(real.outputs['deleted'])
    expect(dry.outputs['bytes-freed']).toBe(real.outputs['bytes-freed'])
  })

  test('a pull request only gets a dry run, and is told so', async () => {
    await using registry = await withGenerations(10)
    const run = await pruneOnce(registry, { inputs: { confirm: 'true' }, event: ON_PULL_REQUEST })
    expect(run.told.infos[0]).toBe('This is a dry run, whatever the inputs say: a pull request only reads')
    expect(run.report.dryRun).toBe(true)
    expect(tagsOf(registry)).toHaveLength(20)
  })

  test('without a factory file records alone say what is needed', async () => {
    await using registry = await withGenerations(10)
    const inputs = { confirm: 'true', 'cache-ref': `${registry.host}/${CACHE}`, 'keep-last': '2' }
    const run = await pruneOnce(registry, { inputs, files: {} })
    expect(run.told.infos).toContain('There is no factory file strata.yaml, so records alone say what is needed')
    expect(tagsOf(registry)).toHaveLength(4)
  })

  test('without both it says what is missing', async () => {
    await using registry = await withGenerations(1)
    await expect(pruneOnce(registry, { files: {} })).rejects.toThrow(/there is no factory file strata.yaml.*cache-ref/s)
  })

  test('explains a ref', async () => {
    await using registry = await withGenerations(5)
    const [oldest = ''] = tagsOf(registry)
    const { groups } = await pruneOnce(registry, { inputs: { explain: `${oldest},nothing`, 'dry-run': 'true' } })
    expect(groups.get(`explain ${oldest}`)?.[0]).toMatch(/goes \(generation\)/)
    expect(groups.get('explain nothing')).toEqual(['there is no such ref, tag or digest'])
  })

  test('a registry that cannot delete fails the run with its own rule, and a dry run tells it', async () => {
    await using registry = await withGenerations(10)
    const inputs = { confirm: 'true', backend: 'none' }
    const run = await pruneOnce(registry, { inputs })
    expect(run.failure).toMatch(/21 objects could not be deleted.*nothing is deleted from/)
    const dry = await pruneOnce(registry, { inputs: { ...inputs, 'dry-run': 'true' } })
    expect(dry.failure).toBeUndefined()
    expect(dry.told.warnings[0]).toContain('input backend says that nothing is deleted from')
  })

  test('a missing right fails the run, and says which', async () => {
    await using registry = await withGenerations(10, { faults: [each(status(403), matching(/./, 'DELETE'))] })
    const run = await pruneOnce(registry, { inputs: { confirm: 'true' } })
    expect(run.failure).toMatch(/could not be deleted.*403 Forbidden/)
    expect(run.told.summaries[0]).toContain('unsupported')
  })

  test('what moved while it was under way stays', async () => {
    let count = 0
    const moving = each(
      (request, next) => {
        // Somebody exports the second ref again between its reading and its deletion.
        if (++count === 2) registry.pushImage(CACHE, { tag: request.path.split('/').at(-1) ?? '', layers: ['again'] })
        return next()
      },
      matching(/manifests\/core/, 'HEAD'),
    )
    await using registry = await withGenerations(10)
    registry.faults.push(moving)
    const run = await pruneOnce(registry, { inputs: { confirm: 'true' } })
    const moved = run.report.places.flatMap(({ objects }) => objects).filter(({ outcome }) => outcome === 'moved')
    expect(moved).toHaveLength(1)
    expect(tagsOf(registry)).toContain(moved[0]?.tags[0])
  })

  test('a build that finishes meanwhile keeps what it names', async () => {
    await using registry = await withGenerations(10)
    const cache = referenceOf(`${registry.host}/${CACHE}`)
    const rebuilt = generationsOf(10)
      .slice(0, 1)
      .map((each) => ({ ...each, finishedAt: new Date(NOW).toISOString() }))
    const refs = rebuilt.flatMap((each) =>
      recordOf(each, cache).layers.flatMap(({ ref = '' }) => ref.split(':').at(-1) ?? []),
    )
    let lists = 0
    const listTags = async (client: Registry, repository: Repository) => {
      // The first list of records is for epochs, the second for the plan; the third is that of the watch, after the plan was made.
      if (repository.repository === `${CACHE}-records` && ++lists === 3) await pushGenerations(cache, rebuilt)
      return client.listTags(repository)
    }
    const run = await pruneOnce(registry, { inputs: { confirm: 'true' }, listTags })
    expect(tagsOf(registry)).toEqual(expect.arrayContaining(refs))
    expect(tagsOf(registry)).toHaveLength(8)
    const note = expect.stringContaining('a build that came meanwhile needs it') as unknown
    expect(run.report.places[0]?.objects.filter(({ outcome }) => outcome === 'moved')).toMatchObject([
      { note },
      { note },
    ])
  })

  test('looks at images only when asked, and leaves what people pull', async () => {
    await using registry = await withGenerations(4)
    registry.pushImage('acme/factory', { tag: 'llm_factory' })
    const without = await pruneOnce(registry, { inputs: { 'dry-run': 'true' } })
    expect(without.report.places.map(({ name }) => name)).toEqual(
      [CACHE, `${CACHE}-records`].map((name) => `${registry.host}/${name}`),
    )
    const run = await pruneOnce(registry, { inputs: { 'dry-run': 'true', images: 'true' } })
    const images = run.report.places.find(({ name }) => name === `${registry.host}/acme/factory`)
    expect(images?.objects.map(({ tags, verdict }) => ({ tags, verdict }))).toEqual([
      { tags: ['llm_factory'], verdict: 'keep' },
    ])
  })

  test('says that it needs a token for the Actions cache', async () => {
    await using registry = await withGenerations(1)
    const run = await pruneOnce(registry, { inputs: { 'dry-run': 'true', 'actions-cache': 'true' } })
    expect(run.told.warnings).toEqual([expect.stringContaining('the Actions cache is not looked at')])
  })

  test('a cache that cannot be listed stays as it is, and is named', async () => {
    const broken = each(status(403), matching(/factory-cache\/tags/))
    await using registry = await withGenerations(5)
    registry.faults.push(broken)
    const run = await pruneOnce(registry, { inputs: { confirm: 'true' } })
    expect(run.report.unreadable[0]).toContain('403 Forbidden')
    expect(tagsOf(registry)).toHaveLength(10)
  })

  test('max-deletes leaves the rest to the next run', async () => {
    await using registry = await withGenerations(10)
    const run = await pruneOnce(registry, { inputs: { confirm: 'true', 'max-deletes': '5' } })
    expect(run.outputs).toMatchObject({ deleted: '5', left: '16', failed: '0' })
    const next = await pruneOnce(registry, { inputs: { confirm: 'true' } })
    expect(next.outputs).toMatchObject({ deleted: '16', left: '0' })
    expect(tagsOf(registry)).toHaveLength(6)
  })

  test('two at once lose nothing, and neither fails', async () => {
    await using registry = await withGenerations(10, { deletion: 'digest' })
    const step = { inputs: { confirm: 'true' } }
    const runs = await Promise.all([pruneOnce(registry, step), pruneOnce(registry, step)])
    expect(runs.map(({ failure }) => failure)).toEqual([undefined, undefined])
    expect(tagsOf(registry)).toHaveLength(6)
  })
})
