import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { testbed } from './testbed.ts'

/** Texts by path. `<salt>`, `<registry>`, `<base>` and `<base-2>` in them are replaced. */
export type Texts = Readonly<Record<string, string>>

/** A checkout of a factory of its own: nothing it builds is in any cache of another test. */
export type Workspace = AsyncDisposable & {
  readonly path: string
  /** Unique, 8 hex. */
  readonly salt: string
  /** What a factory file with `name: e2e-<salt>` and `registry: <registry>` makes of it. */
  readonly image: string
  readonly cache: string
  /** Stands for `RUNNER_TEMP`. */
  readonly temporary: string
  /** Fills in the placeholders. */
  readonly fill: (text: string) => string
  /** Writes files, over those there are. */
  readonly write: (files: Texts) => Promise<void>
}

/** Makes a workspace; `await using` removes it at the end of the scope. What it pushed stays in the bed's registry. */
export const createWorkspace = async (files: Texts): Promise<Workspace> => {
  const salt = randomBytes(4).toString('hex')
  const folder = await mkdtemp(join(tmpdir(), `strata-e2e-${salt}-`))
  const path = join(folder, 'workspace')
  const fill = (text: string): string =>
    text
      .replaceAll('<salt>', salt)
      .replaceAll('<registry>', testbed.registry)
      .replaceAll('<base>', testbed.base)
      .replaceAll('<base-2>', testbed.base2)
  const write = async (texts: Texts): Promise<void> => {
    for (const [name, text] of Object.entries(texts)) {
      const file = join(path, name)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, fill(text))
      // The mode is part of what a COPY copies; the caller's umask shall not decide it.
      await chmod(file, 0o644)
    }
  }
  await write(files)
  return {
    path,
    salt,
    image: `${testbed.registry}/e2e-${salt}`,
    cache: `${testbed.registry}/e2e-${salt}-cache`,
    temporary: join(folder, 'runner'),
    fill,
    write,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
