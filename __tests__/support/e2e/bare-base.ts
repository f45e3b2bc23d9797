import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { renderSmokeBuild } from '../../../src/render/smoke-build.ts'
import { buildxBuild } from './testbed.ts'
import type { Texts, Workspace } from './workspace.ts'

const BASE = '<registry>/e2e-<salt>-bare:1'

/** A factory of one image with one step for a platform that no base image of the bed is for. */
export const onBareBase = (platform: string): Texts => ({
  'strata.yaml': `version: 1
name: e2e-<salt>
registry: <registry>
platforms: [${platform}]
layers:
  base: { variants: { bare: { from: '${BASE}' } } }
  app: { variants: { serve: { fragment: serve.Dockerfile } } }
manifests:
  serve: { base: bare, app: serve }
`,
  'serve.Dockerfile': 'RUN step <salt> of a shell that only ends\n',
})

/** Pushes its base image: a shell that ends at once. Nothing of it has to run for that. */
export const pushBareBase = async (space: Workspace, platform: string): Promise<void> => {
  const folder = join(dirname(space.path), 'bare')
  await mkdir(folder)
  await writeFile(join(folder, 'sh'), renderSmokeBuild(platform)?.program ?? '', { mode: 0o755 })
  await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY sh /bin/sh\n')
  const output = `type=registry,oci-mediatypes=true,name=${space.fill(BASE)}`
  await buildxBuild('--platform', platform, '--output', output, folder)
}
