import { expect, test } from '@jest/globals'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { BASE, stitched } from '../render/dockerfile-fixture.ts'
import { COPY_FORMS, PREPARED, WRITTEN, writeCopyContext } from '../support/e2e/copy-forms.ts'
import { buildxBuild, testbed } from '../support/e2e/testbed.ts'

/** Lists what lies in folders: type and mode, owner, size, time, link target; then what the files hold. */
const LIST = `RUN mkdir /lists && cat > /bin/list <<'END' && chmod +x /bin/list
#!/bin/sh
for form; do
  cd "/forms/$form"
  paths() { find . \\( -path ./proc -o -path ./sys -o -path ./dev -o -path './*bin' \\) -prune -o "$@"; }
  paths -exec stat -c '%N %f %u:%g %s @%Y@' {} + | sort > "/lists/$form"
  paths -type f -exec sha256sum {} + | sort -k2 >> "/lists/$form"
done
END`

const FORMS = COPY_FORMS.map((form, index) => ({ ...form, stage: `form-${index}`, index }))

/** Steps cost time, and mounts in one step are limited. */
const LISTS = Array.from({ length: Math.ceil(FORMS.length / 30) }, (_, run) => {
  const forms = FORMS.slice(30 * run, 30 * (run + 1))
  const mounts = forms.map(({ stage, index }) => `--mount=from=${stage},target=/forms/${index}`)
  return `RUN ${mounts.join(' ')} list ${forms.map(({ index }) => index).join(' ')}`
})

const FRAGMENT = [
  'ARG PARENT\nFROM ${PARENT} AS prepared',
  PREPARED,
  ...FORMS.map(({ text, stage }) => `FROM prepared AS ${stage}\n${text}\n`),
  'FROM ${PARENT} AS listed',
  ...[LIST, ...LISTS],
  'FROM scratch AS lists\nCOPY --from=listed /lists /',
  'FROM ${PARENT}\n',
].join('\n')

/** Times that the context does not have are those of the build. */
const readList = async (file: string): Promise<readonly string[]> => {
  const text = await readFile(file, 'utf8')
  const atBuild = (time: string, seconds: string): string => (Number(seconds) > WRITTEN + 1e6 ? '@new' : time)
  return text.replaceAll(/@(\d+)@/g, atBuild).split('\n')
}

/** Lines that only one of two lists has. */
const differences = (plain: readonly string[], gathered: readonly string[]): readonly string[] => [
  ...plain.filter((line) => !gathered.includes(line)).map((line) => `- ${line}`),
  ...gathered.filter((line) => !plain.includes(line)).map((line) => `+ ${line}`),
]

/**
 * The main context and a named one. BuildKit sends only what changed to a folder of the same name that it had before, and
 * does not keep the times of folders then.
 */
const contextsIn = (folder: string): readonly [string, string] => [
  join(folder, `context-${basename(folder)}`),
  join(folder, `named-${basename(folder)}`),
]

/** Builds a stage of a Dockerfile that has only files and returns the folder they lie in. */
const buildLists = async (folder: string, name: string, text: string, target: string): Promise<string> => {
  await writeFile(join(folder, `${name}.Dockerfile`), text)
  const lists = join(folder, name)
  const [context, named] = contextsIn(folder)
  await buildxBuild(
    ...['--file', join(folder, `${name}.Dockerfile`), '--target', target, '--output', `type=local,dest=${lists}`],
    ...['--build-arg', `PARENT=${testbed.base}`, '--build-context', `named=${named}`],
    ...['--build-context', `core.named=${named}`, '--no-cache', context],
  )
  return lists
}

test('files that were gathered first arrive as those that were not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'strata-e2e-copies-'))
  const [context, named] = contextsIn(folder)
  await writeCopyContext(context)
  await writeCopyContext(named)
  // BuildKit takes folders for the same whose files are, and then gives the one the other's time.
  await writeFile(join(named, 'only-here'), 'named')
  const dockerfile = stitched([
    { ...BASE, from: testbed.base },
    { layer: 'core', text: FRAGMENT, contexts: { named: 'named' } },
  ])
  const plain = await buildLists(folder, 'plain', FRAGMENT, 'lists')
  const gathered = await buildLists(folder, 'gathered', dockerfile.text, 'core.lists')
  const copies = dockerfile.steps.filter(({ stage, text }) => stage.startsWith('core.form') && !text.startsWith('RUN'))
  const results = FORMS.map(async ({ text, stage, index }) => ({
    text,
    gathered: copies.some((step) => step.stage === `core.${stage}` && step.gatheredIn !== undefined),
    changed: differences(await readList(join(plain, String(index))), await readList(join(gathered, String(index)))),
  }))
  expect(await readList(join(plain, '0'))).toContain(`./new 81a4 0:0 7 @${WRITTEN + 29}@`)
  expect(await Promise.all(results)).toEqual(COPY_FORMS.map((form) => ({ ...form, changed: [] })))
  await rm(folder, { recursive: true })
})
