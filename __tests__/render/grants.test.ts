import { expect, test } from '@jest/globals'
import { grantsOf, type GrantRequest } from '../../src/render/grants.ts'

const NOTHING: GrantRequest = { allow: [], ssh: false, reads: [], cacheFrom: [], cacheTo: [] }

test.each<{ what: string; request: Partial<GrantRequest>; grants: readonly string[] }>([
  { what: 'nothing', request: {}, grants: [] },
  {
    what: 'the entitlements of the user, each once',
    request: { allow: ['network.host', 'security.insecure'], network: 'host' },
    grants: ['network.host', 'security.insecure'],
  },
  { what: 'no network but the host’s', request: { network: 'none' }, grants: [] },
  { what: 'the agent', request: { ssh: true }, grants: ['ssh'] },
  {
    what: 'reading outside the workspace only',
    request: { reads: ['/tmp/strata', 'apps/serve', '../other', '..', './a', '..a', 'docker-image://alpine'] },
    grants: ['fs.read=/tmp/strata', 'fs.read=../other', 'fs.read=..'],
  },
  {
    what: 'caches in folders',
    request: { cacheFrom: ['type=local,src=/cache'], cacheTo: ['type=local,mode=max,dest=/cache'] },
    grants: ['fs.read=/cache', 'fs.write=/cache'],
  },
  {
    what: 'nothing for caches within the workspace or in registries',
    request: { cacheFrom: ['type=local,src=cache', 'ghcr.io/acme/cache'], cacheTo: ['type=registry,ref=a/b'] },
    grants: [],
  },
])('grants $what', ({ request, grants }) => {
  expect(grantsOf({ ...NOTHING, ...request })).toEqual(grants)
})
