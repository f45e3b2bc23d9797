import { describe, expect, test } from '@jest/globals'
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runAction, runBuild } from '../support/e2e/run-action.ts'
import { docker } from '../support/e2e/testbed.ts'
import { createWorkspace } from '../support/e2e/workspace.ts'

const factory = (fragment: string) => ({
  'strata.yaml': `version: 1
name: e2e-<salt>
registry: <registry>
platforms: [linux/amd64]
layers:
  base: { variants: { busybox: { from: '<base>' } } }
  app: { variants: { serve: { fragment: app.Dockerfile } } }
manifests:
  serve: { base: busybox, app: serve }
`,
  'app.Dockerfile': fragment,
})

const MOUNTS = `# The three ways to pass a secret.
RUN --mount=type=secret,id=token echo <salt> && sha256sum < /run/secrets/token > /sums
RUN --mount=type=secret,id=from-env,env=NAMED echo "$NAMED" | tr -d '\\n' | sha256sum >> /sums
RUN --mount=type=secret,id=from-file,target=/file sha256sum < /file >> /sums
CMD ["cat", "/sums"]
`

const sum = (text: string): string => createHash('sha256').update(text).digest('hex')

const readAll = (folder: string): string =>
  readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')

describe('secrets', () => {
  test('reach the steps that mount them and nothing else', async () => {
    await using space = await createWorkspace(factory(MOUNTS))
    const [value, variable, file] = ['value', 'variable', 'file'].map((name) => `${name} ${space.salt}=\${x}`)
    if (value === undefined || variable === undefined || file === undefined) throw new Error('three secrets')
    await space.write({ 'secret.txt': file })
    const run = await runBuild(space, {
      inputs: {
        load: 'true',
        secrets: `token=${value}`,
        'secret-envs': 'from-env=SECRET_VARIABLE',
        'secret-files': 'from-file=secret.txt',
      },
      env: { SECRET_VARIABLE: variable },
    })
    expect(run).toMatchObject({ code: 0, errors: [], warnings: [], masks: [value, variable] })
    const image = run.results.items[0]?.images[0] ?? ''
    expect(await docker('run', '--rm', '--network=none', image)).toBe(
      [value, variable, file].map((text) => `${sum(text)}  -`).join('\n'),
    )
    await docker('image', 'rm', '--force', image)
    // The command that masks a value is the one place where it may stand.
    const log = run.log.split('\n').filter((line) => !line.startsWith('::add-mask::'))
    const told = [...log, run.summary, JSON.stringify(run.outputs), readAll(run.outputs['rendered-path'] ?? '')].join(
      '\n',
    )
    for (const secret of [value, variable, file]) expect(told).not.toContain(secret)
  })

  test('that nobody passes are an error before the build', async () => {
    await using space = await createWorkspace(factory(MOUNTS))
    const run = await runAction(space, { inputs: { secrets: 'tokn=x\nfrom-file=y' } })
    expect(run).toMatchObject({ code: 1, outputs: {} })
    expect(run.errors.map(({ file, line }) => [file, line])).toEqual([
      ['app.Dockerfile', 2],
      ['app.Dockerfile', 3],
    ])
    expect(run.errors[0]?.message).toMatch(/mounts the secret token, which nobody passes; .*tokn/)
    expect(run.errors[1]?.message).toContain('mounts the secret from-env, which nobody passes')
  })

  test('of a variable that is not set are an error that names it', async () => {
    await using space = await createWorkspace(factory('RUN --mount=type=secret,id=token true\n'))
    const run = await runAction(space, { inputs: { 'secret-envs': 'token=NOT_SET' } })
    expect(run.code).toBe(1)
    expect(run.errors).toEqual([
      { message: 'secret token is to come from NOT_SET, which is not set; set it with env: on the step' },
    ])
  })
})

/** An agent with a throw-away key, ended at the end of the scope. */
const startAgent = (folder: string): Disposable & { readonly socket: string } => {
  const socket = join(folder, 'agent')
  const pid = /SSH_AGENT_PID=(\d+)/.exec(execFileSync('ssh-agent', ['-s', '-a', socket], { encoding: 'utf8' }))?.[1]
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')])
  execFileSync('ssh-add', ['-q', join(folder, 'key')], { env: { ...process.env, SSH_AUTH_SOCK: socket } })
  const stop = (): void => {
    process.kill(Number(pid))
  }
  return { socket, [Symbol.dispose]: stop }
}

const hasAgent = spawnSync('ssh-agent', ['-k']).error === undefined

describe('a secret that a failed step prints', () => {
  test('is in no file that the action leaves', async () => {
    await using space = await createWorkspace(
      factory('RUN --mount=type=secret,id=token echo "<salt> token=$(cat /run/secrets/token)" && false\n'),
    )
    const secret = 'correct-horse-battery'
    const run = await runAction(space, { inputs: { secrets: `token=${secret}` } })
    expect(run.code).toBe(1)
    const records = readFileSync(run.outputs['records-path'] ?? '', 'utf8')
    expect(records).toContain('token=***')
    for (const text of [records, run.summary, readAll(run.outputs['rendered-path'] ?? '')]) {
      expect(text).not.toContain(secret)
    }
  })
})

describe('an SSH agent', () => {
  const fragment = 'RUN --mount=type=ssh test -S "$SSH_AUTH_SOCK" && echo <salt> > /agent\n'

  const testWithAgent = hasAgent ? test : test.skip

  testWithAgent('is passed to the steps that mount it', async () => {
    await using space = await createWorkspace(factory(fragment))
    using agent = startAgent(space.path)
    const run = await runBuild(space, { inputs: { ssh: 'default' }, env: { SSH_AUTH_SOCK: agent.socket } })
    expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(run.outputs).toMatchObject({ 'steps-run': '1' })
  })

  test('that nobody passes is an error before the build', async () => {
    await using space = await createWorkspace(factory(fragment))
    const run = await runAction(space)
    expect(run.code).toBe(1)
    expect(run.errors).toMatchObject([{ file: 'app.Dockerfile', line: 1 }])
    expect(run.errors[0]?.message).toContain(
      'mounts the SSH agent default, which nobody passes; expected "default" in input ssh',
    )
  })
})
