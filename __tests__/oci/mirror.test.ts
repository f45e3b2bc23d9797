import { describe, expect, test } from '@jest/globals'
import { mirroredReferences, parseMirror } from '../../src/oci/mirror.ts'
import { formatReference, parseReference } from '../../src/oci/reference.ts'

const places = (image: string, ...mirrors: readonly string[]): readonly string[] => {
  const reference = parseReference(image)
  const parsed = mirrors.flatMap((mirror) => parseMirror(mirror) ?? [])
  return reference === undefined ? [] : mirroredReferences(reference, parsed).map(formatReference)
}

describe('mirroredReferences', () => {
  test.each([
    ['ubuntu:24.04', ['mirror.example'], ['mirror.example/library/ubuntu:24.04', 'docker.io/library/ubuntu:24.04']],
    ['acme/app@sha256:'.padEnd(80, '0'), [], ['docker.io/acme/app@sha256:'.padEnd(90, '0')]],
    ['ghcr.io/acme/app:1', ['mirror.example'], ['ghcr.io/acme/app:1']],
    ['ghcr.io/acme/app:1', ['ghcr.io=10.0.0.1:5000/gh'], ['10.0.0.1:5000/gh/acme/app:1', 'ghcr.io/acme/app:1']],
    [
      'alpine',
      ['one.example', 'two.example'],
      ['one.example/library/alpine', 'two.example/library/alpine', 'docker.io/library/alpine'],
    ],
    ['ghcr.io/acme/app:1', ['ghcr.io=ghcr.io'], ['ghcr.io/acme/app:1']],
  ])('of %s with mirrors %j are %j', (image, mirrors, expected) => {
    expect(places(image, ...mirrors)).toEqual(expected)
  })
})
