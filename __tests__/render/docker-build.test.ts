import { describe, expect, test } from '@jest/globals'
import type { BakeTarget, BuildOptions } from '../../src/render/bake.ts'
import { renderDockerBuild } from '../../src/render/docker-build.ts'
import { NO_OPTIONS } from '../support/samples.ts'

const TARGET: BakeTarget = {
  name: 't0',
  dockerfile: '/tmp/strata/a.Dockerfile',
  context: '.',
  contexts: { 'app.src': 'apps/serve' },
  platform: 'linux/amd64',
  annotations: [],
  tags: ['a:1', 'a:2'],
  outputs: ['type=image'],
  cacheFrom: ['type=registry,ref=cache'],
  cacheTo: ['type=registry,ref=cache'],
  extra: {},
}

const OPTIONS: BuildOptions = {
  labels: { a: 'b c', d: 'e=f' },
  annotations: ['index:x=y'],
  secrets: ['id=token,env=STRATA_SECRET_0'],
  ssh: ['default'],
  attests: ['type=provenance,disabled=true'],
  noCache: true,
  noCacheFilters: ['core'],
  pull: true,
  network: 'none',
  addHosts: { db: '10.0.0.1' },
  allow: ['network.host'],
  shmSize: '1g',
  ulimits: ['nofile=1024'],
}

const COMMON = [
  ...['build', '--file', '/tmp/strata/a.Dockerfile', '--tag', 'a:1', '--tag', 'a:2'],
  ...['--label', 'a=b c', '--label', 'd=e=f', '--no-cache', '--pull', '--network', 'none'],
  ...['--add-host', 'db:10.0.0.1', '--shm-size', '1g', '--ulimit', 'nofile=1024'],
]

describe('renderDockerBuild', () => {
  test('says everything to BuildKit', () => {
    expect(renderDockerBuild(TARGET, OPTIONS, true)).toEqual([
      ...COMMON,
      ...['--build-context', 'app.src=apps/serve', '--secret', 'id=token,env=STRATA_SECRET_0', '--ssh', 'default'],
      ...['--allow', 'network.host', '--no-cache-filter', 'core', '--annotation', 'index:x=y'],
      ...['--attest', 'type=provenance,disabled=true', '.'],
    ])
  })

  test('says to the legacy builder only what that knows', () => {
    expect(renderDockerBuild(TARGET, OPTIONS, false)).toEqual([...COMMON, '.'])
  })

  test('says nothing that nobody asked for', () => {
    const bare = { ...TARGET, tags: [], contexts: {} }
    expect(renderDockerBuild(bare, NO_OPTIONS, true)).toEqual(['build', '--file', TARGET.dockerfile, '.'])
  })
})
