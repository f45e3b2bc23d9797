import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createGithubStores } from '../../src/io/stores/github-stores.ts'
import { createStores } from '../../src/io/stores/stores.ts'
import { ACCOUNTS, TOKENS } from '../support/github-answers.ts'
import { contractProblems } from '../support/github-contract.ts'
import type { StoredPackage } from '../support/github-packages.ts'
import { type FakeGithub, startGithubStores } from '../support/github-stores.ts'
import { sleepingPacing } from '../support/pacing.ts'
import { CACHE, NOW, pruneOnce, type Pruned, tagsOf, withGenerations } from '../support/prune-bed.ts'
import type { TestRegistry } from '../support/registry.ts'
import { testClient } from '../support/registry-client.ts'

const DAY = 24 * 3_600_000
const NAMES = ['factory-cache', 'factory-cache-records'] as const

/** What is in GitHub's packages is what is in the registry: its own registry is another face of the same. */
type Bed = {
  readonly github: FakeGithub
  readonly registry: TestRegistry
  readonly packages: readonly StoredPackage[]
  readonly run: (inputs?: Readonly<Record<string, string>>) => Promise<Pruned>
}

/** Takes what was deleted through the API out of the registry, and what was pushed there into the package. */
const mirror = ({ store }: TestRegistry, stored: StoredPackage, known: Set<string>): void => {
  const repository = store.get(`acme/${stored.name}`)
  const there = new Set(stored.versions().map(({ digest }) => digest))
  for (const [tag, digest] of repository?.tags ?? [])
    if (known.has(digest) && !there.has(digest)) repository?.tags.delete(tag)
  for (const [digest, tags] of Map.groupBy(repository?.tags ?? [], ([, digest]) => digest)) {
    if (!known.has(digest)) stored.push(tags.map(([tag]) => tag), { digest }) // prettier-ignore
    known.add(digest)
  }
}

const startBed = async (): Promise<Bed> => {
  // All that is there was pushed ten days ago; what a prune leaves is of its own time.
  let now = NOW - 10 * DAY
  const github = await startGithubStores({ now: () => now })
  const registry = await withGenerations(10)
  const packages = NAMES.map((name) => github.create(ACCOUNTS.acme, name))
  const known = packages.map(() => new Set<string>())
  const mirrorAll = (): void => {
    for (const [index, stored] of packages.entries()) mirror(registry, stored, known[index] ?? new Set())
  }
  mirrorAll()
  for (const key of ['index-core-1-5c45fc59#1', 'index-core-1-5c45fc59#2', 'strata-local/demo/core/01', 'node-modules'])
    github.caches.save(key)
  now = NOW
  const run: Bed['run'] = async (inputs = {}) => {
    const client = testClient()
    const access = { token: TOKENS.workflow, apiUrl: github.url, version: '1.2.3', pacing: sleepingPacing(NOW) }
    const stores = createStores(client, createGithubStores({ ...access, repository: 'acme/factory', registry: client }))
    const pruned = await pruneOnce(registry, {
      inputs: { backend: 'ghcr', 'actions-cache': 'true', ...inputs },
      stores,
    })
    mirrorAll()
    return pruned
  }
  return { github, registry, packages, run }
}

const keysOf = ({ github }: Bed) => github.caches.entries().map(({ key }) => key)
const writesOf = ({ github }: Bed) => github.requests.filter(({ method }) => method !== 'GET')
const deletedIn = ({ report }: Pruned) =>
  report.places.flatMap(({ objects }) => objects.filter(({ verdict }) => verdict === 'delete'))

describe('prune on GHCR and the Actions cache', () => {
  let bed: Bed
  beforeEach(async () => {
    bed = await startBed()
  })
  afterEach(async () => {
    await Promise.all([bed.github.close(), bed.registry.close()])
    expect(contractProblems(bed.github.exchanges)).toEqual([])
  })

  test('deletes old generations, their records and what no build reads', async () => {
    const run = await bed.run({ confirm: 'true' })
    expect(run.failure).toBeUndefined()
    expect(run.outputs).toMatchObject({ deleted: '22', failed: '0', left: '0' })
    expect(run.report.places.map(({ backend }) => backend)).toEqual(['ghcr', 'actions-cache', 'ghcr'])
    expect(tagsOf(bed.registry)).toHaveLength(6)
    expect(tagsOf(bed.registry, `${CACHE}-records`).filter((tag) => tag.startsWith('run-'))).toHaveLength(3)
    expect(keysOf(bed)).toEqual(['index-core-1-5c45fc59#2', 'strata-local/demo/core/01', 'node-modules'])
  })

  test('a dry run writes nothing, and prints exactly what a real run does', async () => {
    const dry = await bed.run({ 'dry-run': 'true' })
    expect(writesOf(bed)).toEqual([])
    const real = await bed.run({ confirm: 'true' })
    expect([...dry.groups]).toEqual([...real.groups])
    const planned = ({ report }: Pruned) =>
      report.places.map(({ name, objects }) => [name, objects.map(({ id, verdict, rule, reason }) => ({ id, verdict, rule, reason }))]) // prettier-ignore
    expect(planned(dry)).toEqual(planned(real))
    expect(dry.outputs['deleted']).toBe(real.outputs['deleted'])
    expect(dry.outputs['bytes-freed']).toBe(real.outputs['bytes-freed'])
  })

  test('a second run changes nothing', async () => {
    await bed.run({ confirm: 'true' })
    const before = [bed.packages.map((each) => each.versions()[0]?.id), keysOf(bed), writesOf(bed).length]
    const again = await bed.run()
    expect(again.failure).toBeUndefined()
    expect(again.outputs).toMatchObject({ deleted: '0', failed: '0', left: '0' })
    expect(writesOf(bed)).toHaveLength(Number(before[2]))
    expect(keysOf(bed)).toEqual(before[1])
    expect(tagsOf(bed.registry)).toHaveLength(6)
  })

  test('tells how each version is restored, and that works', async () => {
    const run = await bed.run({ confirm: 'true' })
    const versions = deletedIn(run).filter(({ digest }) => digest !== undefined)
    const commands = versions.flatMap(({ restore }) => restore ?? [])
    expect(commands).toHaveLength(21)
    for (const command of commands) expect(run.told.summaries[0]).toContain(command)
    const [first = ''] = commands
    const [, path = ''] = /^gh api --method POST (\/orgs\/acme\/packages\/container\/.+\/restore)$/.exec(first) ?? []
    const headers = { authorization: `token ${TOKENS.workflow}` }
    expect((await fetch(`${bed.github.url}${path}`, { method: 'POST', headers })).status).toBe(204)
    const ids = bed.packages.flatMap((each) => each.versions().map(({ id }) => String(id)))
    expect(ids).toContain(versions[0]?.id)
  })
})
