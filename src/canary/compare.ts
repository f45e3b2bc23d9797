import type { BuiltImage, Change, Changeset } from './changeset.ts'
import { packageChanges, type PackageChange } from './packages.ts'

/** How the image that came from cache differs from one that was built without, in one step. */
export type StepDifference = {
  /** Place among the filesystem layers of the image, bottom to top. */
  readonly position: number
  readonly packages: readonly PackageChange[]
  /** Paths that only one of them writes, or that are not the same in both. */
  readonly files: readonly string[]
}

/** How two images differ. */
export type ImageDifference = {
  readonly steps: readonly StepDifference[]
  /** Names of variables that have another value, or that only one of them has. */
  readonly environment: readonly string[]
}

const EMPTY: Changeset = new Map()

const isSame = (a: Change | undefined, b: Change | undefined): boolean =>
  a?.kind === b?.kind && a?.mode === b?.mode && a?.owner === b?.owner && a?.content === b?.content

/** Paths that differ between two builds of one step, sorted. */
export const differingPaths = (cached: Changeset, cold: Changeset): readonly string[] =>
  [...new Set([...cached.keys(), ...cold.keys()])]
    .filter((path) => !isSame(cached.get(path), cold.get(path)))
    .toSorted()

/** Names of variables that are not the same in both. */
const differingVariables = (cached: readonly string[], cold: readonly string[]): readonly string[] => {
  const nameOf = (variable: string): string => variable.split('=', 1)[0] ?? ''
  const only = [...cached.filter((each) => !cold.includes(each)), ...cold.filter((each) => !cached.includes(each))]
  return [...new Set(only.map(nameOf))].toSorted()
}

/**
 * How an image that came from cache differs from the same one built without any. Times are left out: they differ anyway.
 */
export const compareImages = (cached: BuiltImage, cold: BuiltImage): ImageDifference => {
  const count = Math.max(cached.changesets.length, cold.changesets.length)
  const steps = Array.from({ length: count }, (_, position): StepDifference => {
    const [before, now] = [cached.changesets[position] ?? EMPTY, cold.changesets[position] ?? EMPTY]
    return { position, packages: packageChanges(before, now), files: differingPaths(before, now) }
  })
  return {
    steps: steps.filter(({ files, packages }) => files.length + packages.length > 0),
    environment: differingVariables(cached.env, cold.env),
  }
}

/** Whether two images say the same. */
export const isEqual = ({ steps, environment }: ImageDifference): boolean => steps.length + environment.length === 0

/**
 * What is left of a difference when the noise is taken away: paths that two builds without cache write differently as
 * well, such as logs and caches of compilers. A step of which nothing else is left made the same.
 */
export const withoutNoise = (found: ImageDifference, noise: ImageDifference): ImageDifference => {
  const noisy = new Map(noise.steps.map(({ position, files }) => [position, new Set(files)]))
  const noisyPackages = new Map(
    noise.steps.map(({ position, packages }) => [position, new Set(packages.map(({ name }) => name))]),
  )
  const steps = found.steps.map(({ position, packages, files }) => ({
    position,
    packages: packages.filter(({ name }) => noisyPackages.get(position)?.has(name) !== true),
    files: files.filter((path) => noisy.get(position)?.has(path) !== true),
  }))
  return {
    steps: steps.filter(({ files, packages }) => files.length + packages.length > 0),
    environment: found.environment.filter((name) => !noise.environment.includes(name)),
  }
}
