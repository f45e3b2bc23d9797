import { describe, expect, test } from '@jest/globals'
import type { Change, Changeset } from '../../src/canary/changeset.ts'
import { packageChanges, parsePackages } from '../../src/canary/packages.ts'

const DEBIAN = `Package: openssl
Status: install ok installed
Depends: libssl3 (>= 3.0)
Version: 3.0.1-1
Description: a tool
 that says Version: 9 in its text

Package: curl
Status: deinstall ok config-files
Version: 8.0
`

const ALPINE = `C:Q1xyz=
P:busybox
V:1.36.1-r2
A:x86_64

P:musl
V:1.2.4-r1
`

const changeset = (...changes: readonly Partial<Change>[]): Changeset =>
  new Map(
    changes.map((change) => {
      const whole: Change = { path: 'f', kind: 'file', mode: 0o644, owner: '0:0', ...change }
      return [whole.path, whole]
    }),
  )

describe('parsePackages', () => {
  test.each([
    ['Debian without what was removed', DEBIAN, { openssl: '3.0.1-1' }],
    ['Alpine', ALPINE, { busybox: '1.36.1-r2', musl: '1.2.4-r1' }],
    ['a text that lists none', 'hello\n\nworld', {}],
    ['nothing', '', {}],
  ])('reads the list of %s', (_, text, expected) => {
    expect(Object.fromEntries(parsePackages(text))).toEqual(expected)
  })
})

describe('packageChanges', () => {
  const list = (openssl: string): Partial<Change> => ({
    path: 'var/lib/dpkg/status',
    packageList: `Package: openssl\nVersion: ${openssl}\n\nPackage: zlib\nVersion: 1\n`,
  })
  const python = (version: string): Partial<Change> => ({
    path: `usr/lib/python3/dist-packages/requests-${version}.dist-info/METADATA`,
  })

  test('are those of another version, that are new, and that are gone, by name', () => {
    expect(packageChanges(changeset(list('3.0.1'), python('2.31')), changeset(list('3.0.2')))).toEqual([
      { name: 'openssl', cached: '3.0.1', cold: '3.0.2' },
      { name: 'python requests', cached: '2.31' },
    ])
    expect(packageChanges(changeset(), changeset(python('2.32')))).toEqual([{ name: 'python requests', cold: '2.32' }])
  })

  test('are none between equal lists', () => {
    expect(packageChanges(changeset(list('3')), changeset(list('3')))).toEqual([])
  })
})
