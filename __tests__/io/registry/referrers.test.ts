import { describe, expect, test } from '@jest/globals'
import { referrersTag } from '../../../src/io/registry/referrers.ts'
import { OCI_INDEX, OCI_MANIFEST } from '../../../src/oci/media-types.ts'
import { startRegistry } from '../../support/registry.ts'
import { each, matching } from '../../support/registry/faults.ts'
import { json } from '../../support/registry/exchange.ts'
import { referenceOf, testClient } from '../../support/registry-client.ts'

const SUBJECT = `sha256:${'a'.repeat(64)}`
const referrer = (letter: string) => ({ mediaType: OCI_MANIFEST, digest: `sha256:${letter.repeat(64)}`, size: 7 })
const indexOf = (...manifests: readonly object[]) => ({ schemaVersion: 2, mediaType: OCI_INDEX, manifests })

describe('listReferrers', () => {
  test('follows all pages of the list', async () => {
    const pages = each(
      (request) => {
        const isSecond = request.query.has('page')
        const link = { link: `<${request.path}?page=2>; rel="next"` }
        return json(200, indexOf(referrer(isSecond ? 'c' : 'b')), isSecond ? {} : link)
      },
      matching(/referrers/),
    )
    await using registry = await startRegistry({ faults: [pages] })
    const found = await testClient().listReferrers(referenceOf(`${registry.host}/acme/app`), SUBJECT)
    expect(found.map(({ digest }) => digest)).toEqual([referrer('b').digest, referrer('c').digest])
  })

  test('looks at the tag that stands in for it where there is no such list', async () => {
    await using registry = await startRegistry()
    const image = registry.pushImage('acme/app', { tag: 'v1' })
    registry.pushIndex('acme/app', [image], { tag: referrersTag(SUBJECT) })
    const found = await testClient().listReferrers(referenceOf(`${registry.host}/acme/app`), SUBJECT)
    expect(found.map(({ digest }) => digest)).toEqual([image.digest])
  })

  test('finds nothing where nobody names it', async () => {
    await using registry = await startRegistry()
    registry.pushImage('acme/app', { tag: 'v1' })
    await expect(testClient().listReferrers(referenceOf(`${registry.host}/acme/app`), SUBJECT)).resolves.toEqual([])
  })
})
