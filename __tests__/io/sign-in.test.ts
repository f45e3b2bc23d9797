import { describe, expect, test } from '@jest/globals'
import type { Docker } from '../../src/io/docker.ts'
import { createWhileSignedIn } from '../../src/io/sign-in.ts'

const account = { registry: 'ghcr.io', username: 'octocat', password: 'ghs_token' }

/** A Docker that notes what it is asked, and the standard input it is given. */
const dockerThat = (code: number): { docker: Docker; calls: string[] } => {
  const calls: string[] = []
  const query: Docker['query'] = (args, given) => {
    const input = given !== undefined && 'input' in given ? given.input : ''
    calls.push([...args, input].join(' ').trim())
    return Promise.resolve({ code, stdout: '', stderr: 'Error: denied' })
  }
  return { calls, docker: { query, run: () => Promise.reject(new Error('nothing runs here')) } }
}

const none = () => Promise.resolve({ warnings: [] })
const some = () =>
  Promise.resolve({
    credential: { kind: 'basic', username: 'me', password: 'mine', source: 'config.json' } as const,
    warnings: [],
  })

const LOGIN = 'login ghcr.io --username octocat --password-stdin ghs_token'

describe('whileSignedIn', () => {
  test.each([
    {
      when: 'Docker has no credential',
      keychain: none,
      needs: ['ghcr.io'],
      calls: [LOGIN, 'action', 'logout ghcr.io'],
    },
    { when: 'Docker has one', keychain: some, needs: ['ghcr.io'], calls: ['action'] },
    { when: 'nothing needs the registry', keychain: none, needs: ['docker.io'], calls: ['action'] },
  ])('signs in only where it must: $when', async ({ keychain, needs, calls }) => {
    const { docker, calls: seen } = dockerThat(0)
    const whileSignedIn = createWhileSignedIn(docker, keychain, account, () => undefined)
    await whileSignedIn(needs, () => Promise.resolve(seen.push('action')))
    expect(seen).toEqual(calls)
  })

  test('signs out when the action fails', async () => {
    const { docker, calls } = dockerThat(0)
    const whileSignedIn = createWhileSignedIn(docker, none, account, () => undefined)
    await expect(whileSignedIn(['ghcr.io'], () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(calls).toEqual([LOGIN, 'logout ghcr.io'])
  })

  test('warns and goes on when the registry refuses', async () => {
    const { docker, calls } = dockerThat(1)
    const warnings: string[] = []
    const whileSignedIn = createWhileSignedIn(docker, none, account, (message) => warnings.push(message))
    await expect(whileSignedIn(['ghcr.io'], () => Promise.resolve('built'))).resolves.toBe('built')
    expect(warnings).toEqual(['Docker could not sign in to ghcr.io with the input github-token: Error: denied'])
    expect(calls).toEqual([LOGIN])
  })
})
