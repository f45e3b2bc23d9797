import type { Change, Changeset } from './changeset.ts'

/** A package that only one of two images has, or that has another version in it. */
export type PackageChange = { readonly name: string; readonly cached?: string; readonly cold?: string }

/** Fields of a paragraph: `Package: curl` in Debian's list, `P:curl` in Alpine's. */
const fieldOf = (paragraph: string, name: string): string | undefined =>
  new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(paragraph)?.[1]?.trim()

/** Debian keeps paragraphs of packages that were removed. */
const isInstalled = (paragraph: string): boolean => {
  const status = fieldOf(paragraph, 'Status')
  return status === undefined || status.endsWith(' installed')
}

/**
 * Names and versions in a distribution's list of packages: paragraphs of fields, by deb-control(5) or by Alpine's
 * APKINDEX format.
 */
export const parsePackages = (text: string): ReadonlyMap<string, string> => {
  const packages = new Map<string, string>()
  for (const paragraph of text.split(/\n\s*\n/)) {
    const name = fieldOf(paragraph, 'Package') ?? fieldOf(paragraph, 'P')
    const version = fieldOf(paragraph, 'Version') ?? fieldOf(paragraph, 'V')
    if (name !== undefined && version !== undefined && isInstalled(paragraph)) packages.set(name, version)
  }
  return packages
}

/** `site-packages/requests-2.32.3.dist-info/METADATA`: how Python says what is installed (PEP 376). */
const PYTHON = /(?:^|\/)(?:site|dist)-packages\/([^/]+?)-([^/-]+)\.dist-info\/METADATA$/

/** Packages that a changeset names: those in lists of the distribution, and those of Python by their folders. */
export const packagesOf = (changes: Changeset): ReadonlyMap<string, string> => {
  const all = [...changes.values()]
  const listed = all.flatMap(({ packageList }) => [...parsePackages(packageList ?? '')])
  const python = all.flatMap(({ path, kind }: Change) => {
    const [, name, version] = kind === 'file' ? (PYTHON.exec(path) ?? []) : []
    return name === undefined || version === undefined ? [] : [[`python ${name}`, version] as const]
  })
  return new Map([...listed, ...python])
}

/** Packages that differ between two builds of the same step, by name. */
export const packageChanges = (cached: Changeset, cold: Changeset): readonly PackageChange[] => {
  const [before, now] = [packagesOf(cached), packagesOf(cold)]
  const names = [...new Set([...before.keys(), ...now.keys()])].toSorted()
  return names.flatMap((name) => {
    const [old, fresh] = [before.get(name), now.get(name)]
    if (old === fresh) return []
    return [{ name, ...(old === undefined ? {} : { cached: old }), ...(fresh === undefined ? {} : { cold: fresh }) }]
  })
}
