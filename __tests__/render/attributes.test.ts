import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  cacheExport,
  cacheSource,
  registryCacheFrom,
  registryCacheTo,
  renderAttributes,
} from '../../src/render/attributes.ts'

/** Reads one CSV record as Go's encoding/csv does, which Buildx's attribute lists follow. */
const parseCsv = (line: string): readonly string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '',
  )

describe('renderAttributes', () => {
  test.each([
    [{ type: 'registry', ref: 'ghcr.io/acme/cache:a' }, 'type=registry,ref=ghcr.io/acme/cache:a'],
    [{ dest: 'a,b' }, '"dest=a,b"'],
    [{ dest: 'say "hi"' }, '"dest=say ""hi"""'],
    [{}, ''],
  ])('%j is %j', (attributes, expected) => {
    expect(renderAttributes(attributes)).toBe(expected)
  })

  test('every value comes back from CSV as it was', () => {
    const values = fc.array(fc.string({ minLength: 1, unit: fc.constantFrom('a', ',', '"', '\n', ' ', '=') }), {
      minLength: 1,
    })
    fc.assert(
      fc.property(values, (given) => {
        const attributes = Object.fromEntries(given.map((value, index) => [`k${index}`, value]))
        expect(parseCsv(renderAttributes(attributes))).toEqual(given.map((value, index) => `k${index}=${value}`))
      }),
    )
  })
})

test('the registry cache is read and written in a form that all registries take', () => {
  expect(registryCacheFrom('ghcr.io/acme/cache:a')).toBe('type=registry,ref=ghcr.io/acme/cache:a')
  expect(registryCacheTo('ghcr.io/acme/cache:a', 'max')).toBe(
    'type=registry,ref=ghcr.io/acme/cache:a,mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true',
  )
})

test.each([
  ['ghcr.io/acme/cache:x', 'type=registry,ref=ghcr.io/acme/cache:x', 'type=registry,ref=ghcr.io/acme/cache:x,mode=max'],
  ['local://demo:x', 'type=local,src=/home/demo/x', 'type=local,dest=/home/demo/x,mode=max'],
  ['local://./.cache:x', 'type=local,src=./.cache/x', 'type=local,dest=./.cache/x,mode=max'],
  ['gha://demo:x', 'type=gha,scope=x', 'type=gha,scope=x,mode=max,ignore-error=true'],
  ['inline://ghcr.io/acme/app:1', 'type=registry,ref=ghcr.io/acme/app:1', 'type=inline'],
])('%s is read as %s and written as %s', (ref, from, to) => {
  expect(cacheSource(ref, '/home')).toBe(from)
  expect(`${cacheExport(ref, 'max', '/home')},`.startsWith(`${to},`)).toBe(true)
})
