import { describe, expect, test } from '@jest/globals'
import { checkMounts, maskSecrets, renderSecrets } from '../../../src/commands/building/secrets.ts'
import { parseFragment } from '../../../src/fragment/parse.ts'

describe('renderSecrets', () => {
  test('has no value in what Buildx is told, only in the environment', () => {
    const rendered = renderSecrets(
      [
        { id: 'token', from: 'value', value: 's3cret' },
        { id: 'npm', from: 'env', name: 'NPM_TOKEN' },
        { id: 'key', from: 'file', path: '/keys/a,b.pem' },
        { id: 'none', from: 'value', value: '' },
      ],
      { NPM_TOKEN: 'n=pm' },
    )
    expect(rendered).toEqual({
      specs: [
        'id=token,env=STRATA_SECRET_0',
        'id=npm,env=STRATA_SECRET_1',
        'id=key,"src=/keys/a,b.pem"',
        'id=none,env=STRATA_SECRET_3',
      ],
      env: { STRATA_SECRET_0: 's3cret', STRATA_SECRET_1: 'n=pm', STRATA_SECRET_3: '' },
      files: ['/keys/a,b.pem'],
      // An empty text would mask everything.
      values: ['s3cret', 'n=pm'],
    })
  })

  test('says which variable is not set', () => {
    expect(() => renderSecrets([{ id: 'npm', from: 'env', name: 'NPM_TOKEN' }], {})).toThrow(
      'secret npm is to come from NPM_TOKEN, which is not set; set it with env: on the step',
    )
  })
})

describe('maskSecrets', () => {
  test.each([
    ['the token is s3cret!', ['s3cret!'], 'the token is ***'],
    ['-----BEGIN\nabc', ['-----BEGIN\nabc\n'], '***\n***'],
    ['line abc of a key', ['xyz\nabc\n\n'], 'line *** of a key'],
    ['long and longer', ['long', 'longer'], '*** and ***'],
    ['nothing here', ['', ' '], 'nothing here'],
  ])('in %j hides %j', (text, values, masked) => {
    expect(maskSecrets(text, { values })).toBe(masked)
  })
})

describe('checkMounts', () => {
  const fragment = parseFragment(
    'app.Dockerfile',
    [
      'RUN --mount=type=secret,id=token,required a',
      'RUN --mount=type=ssh b',
      'RUN --mount=type=ssh,id=deploy c',
      '',
    ].join('\n'),
  )
  const secret = (id: string) => ({ id, from: 'value', value: 'x' }) as const

  test('lets pass what somebody passes', () => {
    expect(() => {
      checkMounts([fragment], [secret('token')], ['default', 'deploy=/run/agent'])
    }).not.toThrow()
  })

  test('names every mount that nobody passes, with its line', () => {
    expect(() => {
      checkMounts([fragment], [secret('tokne')], ['default'])
    }).toThrow(
      'app.Dockerfile:1:1: this step mounts the secret token, which nobody passes; ' +
        'expected "token" in input secrets, secret-envs or secret-files; did you mean "tokne"?\n' +
        'app.Dockerfile:3:1: this step mounts the SSH agent deploy, which nobody passes; expected "deploy" in input ssh',
    )
  })
})
