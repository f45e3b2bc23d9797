import { tmpdir } from 'node:os'
import { describe, expect, test } from '@jest/globals'
import { runProcess } from '../../src/io/process.ts'

type Run = {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

type Settings = {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Stops the program, with this reason, as soon as it prints `ready`. */
  readonly stopWith?: 'SIGINT' | 'SIGTERM'
  readonly signal?: AbortSignal
}

/** Runs a script with this very Node. */
const run = async (script: string, { env = {}, cwd = tmpdir(), stopWith, signal }: Settings = {}): Promise<Run> => {
  const abort = new AbortController()
  const [stdout, stderr]: [string[], string[]] = [[], []]
  const code = await runProcess(process.execPath, ['-e', script], {
    cwd,
    env,
    signal: signal ?? abort.signal,
    onStdout: (chunk) => {
      stdout.push(chunk.toString('utf8'))
      if (stopWith !== undefined && stdout.join('').includes('ready')) abort.abort(stopWith)
    },
    onStderr: (chunk) => {
      stderr.push(chunk.toString('utf8'))
    },
  })
  return { code, stdout: stdout.join(''), stderr: stderr.join('') }
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const gone = async (pid: number): Promise<void> => {
  while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 10))
}

describe('a program', () => {
  test('is streamed, and ends with its code', async () => {
    expect(await run('console.log("out"); console.error("err"); process.exitCode = 3')).toEqual({
      code: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    })
  })

  test('gets this environment and no other, this folder, and nothing to read', async () => {
    const script = `
      const names = Object.keys(process.env).filter((name) => !name.startsWith('__'))
      const read = require('node:fs').readFileSync(0, 'utf8')
      console.log(JSON.stringify([names, process.cwd(), read]))`
    const { stdout } = await run(script, { env: { ONLY: 'this' }, cwd: '/' })
    expect(JSON.parse(stdout)).toEqual([['ONLY'], '/', ''])
  })

  test('gets its arguments as they are, since there is no shell', async () => {
    const lines: string[] = []
    const args = ['-e', 'console.log(process.argv[1])', '$HOME; `id` "x"']
    const code = await runProcess(process.execPath, args, {
      ...{ cwd: '/', env: {}, signal: new AbortController().signal, onStderr: () => undefined },
      onStdout: (chunk) => lines.push(chunk.toString('utf8')),
    })
    expect([code, lines.join('')]).toEqual([0, '$HOME; `id` "x"\n'])
  })

  test('that is not there is an error', async () => {
    const options = { cwd: '/', env: {}, signal: new AbortController().signal }
    const quiet = { onStdout: () => undefined, onStderr: () => undefined }
    await expect(runProcess('/no/such/program', [], { ...options, ...quiet })).rejects.toThrow('ENOENT')
  })

  test('that was killed has failed', async () => {
    expect(await run('process.kill(process.pid, "SIGKILL")')).toMatchObject({ code: 1 })
  })
})

describe('stopping', () => {
  const listening = (signal: string, code: number): string => `
    process.on('${signal}', () => { console.log('got ${signal}'); process.exit(${code}) })
    setInterval(() => {}, 1000)
    console.log('ready')`

  test.each([
    ['SIGINT', 5],
    ['SIGTERM', 6],
  ] as const)('hands on %s and waits for the program to end by itself', async (stopWith, code) => {
    expect(await run(listening(stopWith, code), { stopWith })).toMatchObject({
      code,
      stdout: `ready\ngot ${stopWith}\n`,
    })
  })

  test('kills in the end what does not listen, with all that it started', async () => {
    const script = `
      process.on('SIGTERM', () => {})
      const { spawn } = require('node:child_process')
      const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("ready")'])
      child.stdout.on('data', () => console.log('pid ' + child.pid + ' ready'))
      setInterval(() => {}, 1000)`
    const { code, stdout } = await run(script, { stopWith: 'SIGTERM' })
    expect(code).toBe(1)
    await gone(Number(/pid (\d+)/.exec(stdout)?.[1]))
  }, 20_000)

  test('kills what a program leaves behind', async () => {
    const script = `
      const { spawn } = require('node:child_process')
      const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: 'ignore' })
      child.on('spawn', () => setTimeout(() => console.log('pid ' + child.pid + ' ready'), 300))
      process.on('SIGTERM', () => process.exit(0))`
    const { stdout } = await run(script, { stopWith: 'SIGTERM' })
    await gone(Number(/pid (\d+)/.exec(stdout)?.[1]))
    expect(stdout).toContain('ready')
  })

  test('stops at once what is started when all is over', async () => {
    expect(await run('setInterval(() => {}, 1000)', { signal: AbortSignal.abort('SIGTERM') })).toMatchObject({
      code: 1,
    })
  })
})
