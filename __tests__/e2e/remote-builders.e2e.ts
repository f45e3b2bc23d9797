import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { onBareBase, pushBareBase } from '../support/e2e/bare-base.ts'
import { buildApps } from '../support/e2e/build-apps.ts'
import {
  makeCertificates,
  startBuildkitd,
  whyNoBuildkitd,
  whyNoCertificates,
  type Buildkitd,
  type Certificates,
} from '../support/e2e/buildkitd.ts'
import { machineState } from '../support/e2e/machine-state.ts'
import { runAction } from '../support/e2e/run-action.ts'
import { twoApps } from '../support/e2e/two-apps.ts'
import { describeUnless } from '../support/e2e/when.ts'
import { createWorkspace } from '../support/e2e/workspace.ts'

const BOTH = 'linux/amd64, linux/arm64'

let before: Awaited<ReturnType<typeof machineState>>
beforeEach(async () => {
  before = await machineState()
})
afterEach(async () => {
  expect(await machineState()).toEqual(before)
})

describeUnless(whyNoBuildkitd(), 'a remote BuildKit', () => {
  test('is reached over a socket', async () => {
    await using buildkit = await startBuildkitd()
    await using space = await createWorkspace(twoApps({ platforms: BOTH }))
    const { builder } = await buildApps(space, { driver: 'remote', endpoint: buildkit.socket })
    expect(builder.driver).toBe('remote')
  })

  test('has a node for each platform, and each builds its own', async () => {
    await using amd = await startBuildkitd({ platform: 'linux/amd64' })
    await using arm = await startBuildkitd({ platform: 'linux/arm64' })
    await using space = await createWorkspace(twoApps({ platforms: BOTH }))
    const nodes = [
      `- { name: amd, platforms: linux/amd64, endpoint: '${amd.socket}' }`,
      `- { name: arm, platforms: linux/arm64, endpoint: '${arm.socket}' }`,
    ].join('\n')
    const { log } = await buildApps(space, { driver: 'remote', nodes })
    expect(log).not.toContain('is emulated')
    expect([await amd.records(), await arm.records()].every((count) => count > 3)).toBe(true)
  })

  test('is not sent what it does not have', async () => {
    await using buildkit = await startBuildkitd()
    await using space = await createWorkspace(onBareBase('linux/s390x'))
    await pushBareBase(space, 'linux/s390x')
    const run = await runAction(space, { inputs: { builder: '', driver: 'remote', endpoint: buildkit.socket } })
    const message = /^the new remote builder cannot build linux\/s390x, only linux\/amd64, /
    expect(run).toMatchObject({ code: 1, errors: [{ message: expect.stringMatching(message) }] })
  })
})

describeUnless(whyNoBuildkitd() ?? whyNoCertificates(), 'a remote BuildKit over mutual TLS', () => {
  let certificates: Certificates
  let buildkit: Buildkitd
  beforeAll(async () => {
    certificates = await makeCertificates()
    buildkit = await startBuildkitd({ certificates })
  })
  afterAll(async () => {
    await buildkit[Symbol.asyncDispose]()
    await certificates[Symbol.asyncDispose]()
  })

  test('is reached with certificates from secrets', async () => {
    await using space = await createWorkspace(twoApps({ platforms: BOTH }))
    const inputs = { driver: 'remote', endpoint: buildkit.tcp }
    const names = { 'tls-ca': 'BUILDKIT_CA', 'tls-cert': 'BUILDKIT_CERT', 'tls-key': 'BUILDKIT_KEY' }
    const { ca, cert, key } = certificates
    const env = { BUILDKIT_CA: ca, BUILDKIT_CERT: cert, BUILDKIT_KEY: key }
    const { builder, log } = await buildApps(space, { ...inputs, ...names }, env)
    expect(builder.driver).toBe('remote')
    // The one place of the key is the command that has the runner mask it.
    expect(log.split('\n').filter((line) => line.includes('PRIVATE KEY') && !line.startsWith('::add-mask::'))).toEqual(
      [],
    )
  })

  test('answers nobody without them', async () => {
    // The server says so after the handshake (TLS 1.3), and may have hung up when the client gets to writing.
    expect(await buildkit.refusal(certificates)).toMatch(
      /^error: failed to list workers: Unavailable: .*(?:certificate required|broken pipe|connection reset)/,
    )
  })
})
