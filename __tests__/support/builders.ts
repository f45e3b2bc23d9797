import type { Builder, BuilderNode } from '../../src/plan/builder-platforms.ts'
import type { BuilderSettings } from '../../src/plan/builder-settings.ts'

/** A node of an amd64 machine without emulators. */
export const node = (changes: Partial<BuilderNode> = {}): BuilderNode => ({
  name: 'node0',
  endpoint: 'unix:///var/run/docker.sock',
  platforms: ['linux/amd64', 'linux/amd64/v2', 'linux/386'],
  ...changes,
})

/** A `docker-container` builder of one such node that is not the current one. */
export const builder = (name: string, changes: Partial<Builder> = {}): Builder => ({
  name,
  driver: 'docker-container',
  current: false,
  nodes: [node()],
  ...changes,
})

/** The engine's own BuildKit, as the current builder. */
export const engineBuilder = (...platforms: readonly string[]): Builder =>
  builder('default', {
    driver: 'docker',
    current: true,
    nodes: [node({ name: 'default', endpoint: 'default', platforms: ['linux/amd64', 'linux/386', ...platforms] })],
  })

/** Settings of a `docker-container` builder on the engine at hand, with nothing given. */
export const settings = (changes: Partial<BuilderSettings> = {}): BuilderSettings => ({
  driver: 'docker-container',
  nodes: [{ platforms: [], driverOpts: [], tls: {} }],
  image: 'moby/buildkit:v1',
  config: {},
  mirrors: [],
  keepBuilder: false,
  keepState: false,
  given: [],
  ...changes,
})
