import { describe, expect, test } from '@jest/globals'
import { renderDocument } from '../../src/report/document.ts'
import { reproductionSection } from '../../src/report/reproduction.ts'

describe('reproductionSection', () => {
  const FILES = { bakeFile: 'bake.json', folder: '/tmp/leg', secrets: [] }

  test('names the artifact and one line that builds it again', () => {
    const artifact = { name: 'strata-leg-a-1', run: '17', link: 'https://github.com/a/b/actions/runs/17/artifacts/3' }
    const text = renderDocument(reproductionSection({ ...FILES, artifact, commit: 'abcdef0123456789' }))
    expect(text).toContain('[`strata-leg-a-1`](https://github.com/a/b/actions/runs/17/artifacts/3)')
    expect(text).toContain('in a checkout of `abcdef012345`')
    expect(text).toContain('gh run download 17 --name strata-leg-a-1')
  })

  test('names the folder where there are no artifacts, and the secrets that it takes', () => {
    const text = renderDocument(reproductionSection({ ...FILES, secrets: ['id=pip,env=STRATA_SECRET_0'] }))
    expect(text).toContain('`docker buildx bake --file /tmp/leg/bake.json`')
    expect(text).toContain('`id=pip,env=STRATA_SECRET_0`')
  })
})
