/** Drivers of Buildx; builders of `docker` are the engine itself and cannot be created. The first is the default. */
export const DRIVERS = ['docker-container', 'remote', 'kubernetes', 'docker'] as const
export type Driver = (typeof DRIVERS)[number]

/** Settings that say how a new builder is made, by the names of the build action's inputs. */
export const BUILDER_SETTINGS = [
  ...['driver-opts', 'buildkitd-flags', 'buildkitd-config', 'buildkitd-config-inline', 'buildkit-image'],
  ...['registry-mirrors', 'max-parallelism', 'endpoint', 'tls-ca', 'tls-cert', 'tls-key', 'nodes'],
] as const

/** Settings that say nothing to a driver: a remote BuildKit is as it was started, and the engine as it was set up. */
const MEANINGLESS: Readonly<Record<Driver, readonly string[]>> = {
  'docker-container': ['tls-ca', 'tls-cert', 'tls-key'],
  kubernetes: ['tls-ca', 'tls-cert', 'tls-key'],
  remote: [
    ...['buildkitd-flags', 'buildkitd-config', 'buildkitd-config-inline', 'buildkit-image'],
    ...['registry-mirrors', 'max-parallelism'],
  ],
  docker: BUILDER_SETTINGS,
}

/** Whether a setting says something to a driver. */
export const isMeant = (setting: string, driver: Driver): boolean => !MEANINGLESS[driver].includes(setting)

/** A driver option as Buildx reads it: `key=value`, one CSV field. */
export const DRIVER_OPTION = /^"?[^=]+=/

/** What Buildx takes for the name of a node (store/util.go, `namePattern`). */
export const NODE_NAME = /^[a-zA-Z][a-zA-Z0-9._-]*$/
