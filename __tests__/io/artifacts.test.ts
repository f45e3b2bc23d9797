import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createArtifacts } from '../../src/io/artifacts.ts'
import { type ArtifactService, startArtifactService } from '../support/artifact-service.ts'

const NAME = 'strata-plan-3f9c0a1b2c3d4e5f'
const FAKE = { ACTIONS_RUNTIME_TOKEN: 'token', ACTIONS_RESULTS_URL: 'http://127.0.0.1:1/' }

describe('artifacts are unavailable', () => {
  test.each([
    { where: 'outside GitHub', env: {} },
    { where: 'without a token', env: { ...FAKE, ACTIONS_RUNTIME_TOKEN: '' } },
    { where: 'without an address', env: { ACTIONS_RUNTIME_TOKEN: 'token' } },
    { where: 'on GitHub Enterprise Server', env: { ...FAKE, GITHUB_SERVER_URL: 'https://github.acme.example' } },
  ])('$where', async ({ env }) => {
    const artifacts = createArtifacts(env)
    expect(await artifacts.upload(NAME, '/tmp/plan.json')).toEqual({ status: 'unavailable' })
    expect(await artifacts.download(NAME, '/tmp')).toEqual({ status: 'unavailable' })
    expect(await artifacts.list('strata-')).toEqual({ status: 'unavailable' })
  })
})

describe('artifacts', () => {
  const before = { ...process.env }
  let folder: string
  let service: ArtifactService

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'strata-artifacts-'))
    service = await startArtifactService()
    // The toolkit reads the process's own environment, and tells its progress on its standard output.
    Object.assign(process.env, service.env, { GITHUB_SERVER_URL: 'https://acme.ghe.com' })
    jest.spyOn(process.stdout, 'write').mockReturnValue(true)
  })

  afterEach(async () => {
    jest.restoreAllMocks()
    process.env = { ...before }
    await service.close()
    await rm(folder, { recursive: true })
  })

  const write = async (name: string, text: string): Promise<string> => {
    const file = join(folder, name)
    await writeFile(file, text)
    return file
  }
  const emptyFolder = (): Promise<string> => mkdtemp(join(folder, 'download-'))

  test('bring a file from one job to another', async () => {
    const { upload, download } = createArtifacts(process.env)
    expect(await upload(NAME, await write('plan.json', '{"a":"ü"}'))).toEqual({ status: 'stored', id: 1 })
    const target = await emptyFolder()
    expect(await download(NAME, target)).toEqual({ status: 'found', file: join(target, 'plan.json') })
    expect(await readFile(join(target, 'plan.json'), 'utf8')).toBe('{"a":"ü"}')
  })

  test('are stored when an earlier attempt stored them, and stay as they were', async () => {
    const { upload, download } = createArtifacts(process.env)
    await upload(NAME, await write('plan.json', 'first'))
    expect(await upload(NAME, await write('plan.json', 'second'))).toEqual({ status: 'stored' })
    const target = await emptyFolder()
    await download(NAME, target)
    expect(await readFile(join(target, 'plan.json'), 'utf8')).toBe('first')
  })

  test('are listed by how their names begin, the newest first', async () => {
    const { upload, list } = createArtifacts(process.env)
    for (const name of ['strata-records-a-1', 'other', 'strata-records-b-1']) await upload(name, await write('a', name))
    expect(await list('strata-records-')).toEqual({
      ...{ status: 'listed', names: ['strata-records-b-1', 'strata-records-a-1'] },
    })
    expect(await list('none')).toEqual({ status: 'listed', names: [] })
  })

  test('are missing under a name that nobody gave', async () => {
    expect(await createArtifacts(process.env).download(NAME, await emptyFolder())).toEqual({ status: 'missing' })
  })

  test('fail when what arrives is not what was stored', async () => {
    const { upload, download } = createArtifacts(process.env)
    await upload(NAME, await write('plan.json', 'one'))
    await upload('other', await write('plan.json', 'two'))
    const [one, two] = [service.artifacts.get(NAME), service.artifacts.get('other')]
    if (one === undefined || two === undefined) throw new Error('the service has lost an artifact')
    service.artifacts.set(NAME, { ...one, bytes: two.bytes })
    const reason = 'what arrived does not have the digest of what was stored'
    expect(await download(NAME, await emptyFolder())).toEqual({ status: 'failed', reason })
  })

  test.each([
    { how: 'nobody answers', env: { ACTIONS_RESULTS_URL: 'http://127.0.0.1:1/' }, reason: /ECONNREFUSED/ },
    { how: 'the token is another run’s', env: { ACTIONS_RUNTIME_TOKEN: 'x.e30.y' }, reason: /JWT token is invalid/ },
  ])('fail with a reason of one line: $how', async ({ env, reason }) => {
    Object.assign(process.env, env)
    const { upload, download, list } = createArtifacts(process.env)
    const failed = { status: 'failed', reason: expect.stringMatching(reason) }
    expect(await upload(NAME, await write('plan.json', '{}'))).toEqual(failed)
    expect(await download(NAME, await emptyFolder())).toEqual(failed)
    expect(await list('strata-')).toEqual(failed)
  })
})
