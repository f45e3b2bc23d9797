import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createKeychain, dockerConfigFolder, type Keychain, type KeychainOptions } from '../../../src/io/registry/credentials.ts' // prettier-ignore

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strata-credentials-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Puts a helper program into the folder. `$server` holds what it was asked for. */
const writeHelper = async (name: string, script: string): Promise<void> => {
  const file = join(folder, `docker-credential-${name}`)
  await writeFile(file, `#!/bin/sh\nserver=$(cat)\necho "$1 $server" >> ${folder}/calls\n${script}\n`)
  await chmod(file, 0o755)
}

const account = (username: string, secret: string): string =>
  `printf '%s' '${JSON.stringify({ ServerURL: 'any', Username: username, Secret: secret })}'`

const keychain = async (config: unknown, options: Partial<KeychainOptions> = {}): Promise<Keychain> => {
  await writeFile(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config))
  const env = { PATH: `${folder}${delimiter}/usr/bin${delimiter}/bin` }
  return createKeychain({ folder, env, ...options })
}

const auth = (text: string): { readonly auth: string } => ({ auth: Buffer.from(text).toString('base64') })

test.each([
  [{ DOCKER_CONFIG: '/etc/docker' }, '/etc/docker'],
  [{ DOCKER_CONFIG: '' }, '/home/me/.docker'],
  [{}, '/home/me/.docker'],
])('with %j the config is in %s', (env, expected) => {
  expect(dockerConfigFolder(env, '/home/me')).toBe(expected)
})

describe('the file', () => {
  test('holds an account', async () => {
    const find = await keychain({ auths: { 'https://r.test/v2/': auth('me:pw') } })
    const source = join(folder, 'config.json')
    const credential = { kind: 'basic', username: 'me', password: 'pw', source }
    expect(await find('r.test')).toEqual({ credential, warnings: [] })
    expect(await find('other.test')).toEqual({ warnings: [] })
  })

  test.each([
    ['an identitytoken', { ...auth('me:pw'), identitytoken: 'secret' }],
    ['an account called <token>', auth('<token>:secret')],
  ])('holds an identity token: %s', async (_description, entry) => {
    const find = await keychain({ auths: { 'r.test': entry } })
    expect((await find('r.test')).credential).toMatchObject({ kind: 'identity-token', token: 'secret' })
  })

  test('may be missing', async () => {
    const find = createKeychain({ folder: join(folder, 'absent'), env: {} })
    expect(await find('r.test')).toEqual({ warnings: [] })
  })

  test('may be broken, which is a warning without its text', async () => {
    const find = await keychain('{"auths": {"r.test": {"password": "secret')
    const warning = `${join(folder, 'config.json')} cannot be read, so its credentials are not used: it is not JSON`
    expect(await find('r.test')).toEqual({ warnings: [warning] })
  })

  test('is read once', async () => {
    const find = await keychain({ auths: { 'r.test': auth('me:pw') } })
    await find('r.test')
    await keychain({})
    expect((await find('r.test')).credential).toBeDefined()
  })
})

describe('helpers', () => {
  test.each([
    ['the own helper of the host first', { credHelpers: { 'r.test': 'own' }, credsStore: 'all' }, 'own'],
    ['then the helper for all', { credHelpers: { 'x.test': 'own' }, credsStore: 'all' }, 'all'],
    ['then the file', { credHelpers: { 'x.test': 'own' } }, 'file'],
    ['the file also when the helper has nothing', { credsStore: 'empty' }, 'file'],
  ])('%s', async (_description, config, expected) => {
    await writeHelper('own', account('own', 'pw'))
    await writeHelper('all', account('all', 'pw'))
    await writeHelper('empty', "echo 'credentials not found in native keychain'; exit 1")
    const find = await keychain({ ...config, auths: { 'r.test': auth('file:pw') } })
    expect(await find('r.test')).toMatchObject({ credential: { kind: 'basic', username: expected }, warnings: [] })
  })

  test.each([
    ['r.test:5000', 'r.test:5000'],
    ['docker.io', 'https://index.docker.io/v1/'],
  ])('are asked for %s by the name %s', async (registry, server) => {
    await writeHelper('all', account('me', 'pw'))
    const find = await keychain({ credsStore: 'all' })
    expect((await find(registry)).credential?.source).toBe('docker-credential-all')
    expect(await readFile(join(folder, 'calls'), 'utf8')).toBe(`get ${server}\n`)
  })

  test('may hold an identity token', async () => {
    await writeHelper('all', account('<token>', 'secret'))
    const find = await keychain({ credsStore: 'all' })
    expect((await find('r.test')).credential).toMatchObject({ kind: 'identity-token', token: 'secret' })
  })

  test.each([
    ['fails', 'all', "echo 'locked\n::error::x' >&2; exit 3", 'locked ::error::x'],
    ['fails without a word', 'all', 'exit 3', 'it ended with 3'],
    ['answers nonsense', 'all', "echo 'my secret'", 'its answer is not JSON'],
    ['answers without a secret', 'all', 'echo {}', 'no Secret in it'],
    ['does not end', 'all', 'sleep 60', 'no answer within 300 ms'],
    ['does not exist', 'absent', '', 'there is no such program in PATH'],
    ['has a path for a name', '../x', '', 'its name is not [A-Za-z0-9._-]+'],
    ['has a shell command for a name', 'x; touch y', '', 'its name is not [A-Za-z0-9._-]+'],
  ])('one that %s is a warning, and the file is used', async (_description, name, script, reason) => {
    await writeHelper('all', script)
    const find = await keychain({ credsStore: name, auths: { 'r.test': auth('file:pw') } }, { helperTimeout: 300 })
    expect(await find('r.test')).toMatchObject({
      credential: { username: 'file' },
      warnings: [`docker-credential-${name} gave no credentials for r.test: ${reason}`],
    })
  })

  test('one that ends before it reads does no harm', async () => {
    const file = join(folder, 'docker-credential-quick')
    await writeFile(file, `#!/bin/sh\nexec <&-\n${account('me', 'pw')}\n`)
    await chmod(file, 0o755)
    const find = await keychain({ credsStore: 'quick' })
    expect((await find('r.test')).credential).toMatchObject({ username: 'me' })
  })
})

describe('extra accounts', () => {
  const extra = [{ registry: 'GHCR.io', username: 'x', password: 'job', source: 'the input github-token' }]

  test('are used where Docker has none', async () => {
    const find = await keychain({ auths: { 'r.test': auth('me:pw') } }, { extra })
    expect((await find('ghcr.io')).credential).toEqual({
      kind: 'basic',
      username: 'x',
      password: 'job',
      source: 'the input github-token',
    })
    expect((await find('quay.io')).credential).toBeUndefined()
  })

  test('are not used where Docker has one', async () => {
    const find = await keychain({ auths: { 'ghcr.io': auth('me:pw') } }, { extra })
    expect((await find('ghcr.io')).credential).toMatchObject({ username: 'me' })
  })

  test('are used when Docker’s config is broken, which is told all the same', async () => {
    const find = await keychain('{', { extra })
    expect(await find('ghcr.io')).toMatchObject({ credential: { password: 'job' }, warnings: [expect.any(String)] })
  })
})
