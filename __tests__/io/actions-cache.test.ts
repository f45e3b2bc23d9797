import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createActionsCache } from '../../src/io/actions-cache.ts'
import { type CacheService, startCacheService } from '../support/cache-service.ts'

const FAKE = { ACTIONS_RUNTIME_TOKEN: 'token', ACTIONS_RESULTS_URL: 'http://127.0.0.1:1/' }

describe('the Actions cache is unavailable', () => {
  test.each([
    { where: 'outside GitHub', env: {} },
    { where: 'without a token', env: { ...FAKE, ACTIONS_RUNTIME_TOKEN: '' } },
    { where: 'without an address', env: { ACTIONS_RUNTIME_TOKEN: 'token' } },
  ])('$where', async ({ env }) => {
    const cache = createActionsCache(env)
    expect(await cache.restore('/tmp/a', ['a/'])).toEqual({ status: 'unavailable' })
    expect(await cache.save('/tmp/a', 'a/1')).toEqual({ status: 'unavailable' })
  })
})

// The first test loads the toolkit, which takes seconds on a busy machine.
jest.setTimeout(60_000)

describe('the Actions cache', () => {
  const before = { ...process.env }
  let folder: string
  let file: string
  let service: CacheService

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'strata-cache-'))
    file = join(folder, 'history.json')
    service = await startCacheService()
    // The toolkit reads the process's own environment, and tells its progress on its standard output.
    Object.assign(process.env, service.env, {
      ...{ GITHUB_SERVER_URL: 'https://github.com', GITHUB_WORKSPACE: folder, RUNNER_TEMP: folder },
    })
    jest.spyOn(process.stdout, 'write').mockReturnValue(true)
  })

  afterEach(async () => {
    jest.restoreAllMocks()
    process.env = { ...before }
    await service.close()
    await rm(folder, { recursive: true })
  })

  const save = async (key: string, text: string) => {
    await writeFile(file, text)
    return createActionsCache(process.env).save(file, key)
  }
  const restore = async (...prefixes: string[]) => {
    await rm(file, { force: true })
    const restored = await createActionsCache(process.env).restore(file, prefixes)
    return restored.status === 'restored' ? [restored.key, await readFile(file, 'utf8')] : restored
  }

  test('brings back the newest file of the first prefix that has one', async () => {
    expect(await restore('a/')).toEqual({ status: 'missing' })
    expect(await save('a/1', 'one')).toEqual({ status: 'saved' })
    expect(await save('a/2', 'two')).toEqual({ status: 'saved' })
    expect(await save('b/1', 'other')).toEqual({ status: 'saved' })
    expect(await restore('a/')).toEqual(['a/2', 'two'])
    expect(await restore('c/', 'b/')).toEqual(['b/1', 'other'])
  })

  test('never writes a key again', async () => {
    await save('a/1', 'one')
    expect(await save('a/1', 'two')).toEqual({ status: 'failed', reason: 'the cache service did not take it' })
    expect(await restore('a/')).toEqual(['a/1', 'one'])
  })

  test('does nothing where it may not', async () => {
    process.env['ACTIONS_CACHE_MODE'] = 'read'
    expect(await save('a/1', 'one')).toMatchObject({ status: 'failed' })
    expect(service.entries).toEqual([])
  })

  test('fails without throwing when the service refuses, and when a key is none', async () => {
    service.answerWith({ status: 403, body: JSON.stringify({ code: 'permission_denied', msg: 'no' }) })
    expect(await save('a/1', 'one')).toMatchObject({ status: 'failed' })
    expect(await restore('a/')).toEqual({ status: 'missing' })
    expect(await save('a,b', 'one')).toMatchObject({ status: 'failed', reason: expect.stringContaining('commas') })
  })
})
