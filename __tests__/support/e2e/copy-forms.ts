import { chmod, lutimes, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A COPY, perhaps with other instructions around it, and whether stitching gathers its files in a stage of their own. */
export type CopyForm = { readonly text: string; readonly gathered: boolean }

const gathered = (...texts: readonly string[]): readonly CopyForm[] => texts.map((text) => ({ text, gathered: true }))

const plain = (...texts: readonly string[]): readonly CopyForm[] => texts.map((text) => ({ text, gathered: false }))

/** What may stand behind COPY, over the context that {@link writeCopyContext} writes and the folders of {@link PREPARED}. */
export const COPY_FORMS: readonly CopyForm[] = [
  // one file
  ...gathered(
    'COPY file /new',
    'COPY file /new/',
    'COPY file /new/deep/er',
    'COPY file /existing',
    'COPY file /existing/',
    'COPY file /existing/file',
    'COPY file /existing/link-to-file',
    'COPY file /link-to-folder',
    'COPY file /link-to-folder/',
    'COPY file /link-to-folder/new',
    'COPY file /dangling/',
    'COPY file .',
    'COPY file ./',
    'COPY file ..',
    'COPY file ../other/./name',
    'COPY file /existing/..',
    'COPY file /existing/.',
    'COPY file /',
    'COPY file $NEW/x',
    'COPY file "/new"',
    'COPY ./file /existing',
    'COPY /file /existing',
    'COPY ../file /existing',
    'COPY folder/../file /existing',
    'COPY folder/inner/deep /existing',
    'COPY run.sh /usr/local/bin/',
    'COPY private /new',
    'COPY setuid /new',
    'COPY empty /new',
    'COPY .hidden /existing',
    'COPY ...odd /existing',
    'COPY n~a+m,e@1:2 /existing',
  ),
  // one folder
  ...gathered(
    'COPY folder /new',
    'COPY folder /new/',
    'COPY folder/ /new',
    'COPY folder/. /new',
    'COPY folder/.. /new',
    'COPY folder /existing',
    'COPY folder /existing/',
    'COPY folder /link-to-folder',
    'COPY folder /',
    'COPY folder .',
    'COPY folder/inner ./inner',
    'COPY folder/inner/.. /new',
    'COPY empty-folder /new',
    'COPY empty-folder /new/',
    'COPY empty-folder /existing',
    'COPY private-folder /new',
    'COPY private-folder /new/',
    'COPY private-folder /existing',
    'COPY private-folder/. /new',
    'COPY sticky-folder /new',
    'COPY sticky-folder/. /new',
    'COPY sticky-folder /new/deep/er',
    'COPY links /new',
    'COPY links /existing',
  ),
  // the whole context
  ...gathered('COPY . .', 'COPY . /new', 'COPY . /new/', 'COPY ./ /existing', 'COPY / /new', 'COPY .. /new'),
  // links
  ...gathered(
    'COPY link-to-file /new',
    'COPY link-to-file /existing',
    'COPY link-to-folder /new',
    'COPY link-to-folder /existing/',
    'COPY link-to-folder/inner/deep /new',
    'COPY links/absolute /existing',
    'COPY links/up /new',
    'COPY link* /new/',
    'COPY links/* /new/',
  ),
  // patterns and several sources, into a folder
  ...gathered(
    'COPY f* /new/',
    'COPY *.sh /existing/',
    'COPY run.s[gh] /existing/',
    'COPY fil? ./',
    'COPY folder/* /new/',
    'COPY */inner /new/',
    'COPY private* /new/',
    'COPY *folder /existing/',
    'COPY * ./',
    'COPY file run.sh /new/',
    'COPY file folder /new/',
    'COPY file folder /link-to-folder/',
    'COPY folder twin /new/',
    'COPY twin folder /new/',
    'COPY folder twin /existing/',
    'COPY folder private-folder sticky-folder /new/',
    'COPY file . /new/',
    'COPY file file /new/',
    'COPY link-to-file links /new/',
    'COPY file f*.none /new/',
    'COPY f*e folder/inner/d* /new/',
    'COPY file run.sh \\\n  # why\n  private \\\n  /new/',
    'COPY fi\\\nle /new/',
  ),
  // what the files become
  ...gathered(
    'COPY --chown=12:34 file /new',
    'COPY --chown=12:34 folder /new/deep/er',
    'COPY --chown=nobody folder /existing',
    'COPY --chmod=640 file /new',
    'COPY --chmod=750 folder /new/deep',
    'COPY --chmod=u=rwX,go=rX private-folder /new',
    'COPY --chmod=u+x,g-w file run.sh /new/',
    'COPY --chmod=$MODE --chown=$OWNER:34 private* /existing/',
    'USER 12\nCOPY folder /new',
    'COPY \\\n  --chown=12 \\\n  file \\\n  /new',
  ),
  // named contexts
  ...gathered(
    'COPY --from=named . /new',
    'COPY --from=named folder /existing',
    'COPY --from=named * /new/',
    'COPY --chown=12:34 --from="named" file folder/one /new/',
  ),
  // two in a row
  ...gathered('COPY folder /new\nCOPY twin /new', 'COPY file /file\nRUN rm /file\nCOPY run.sh /file'),
  // what is left as it is
  ...plain(
    'COPY file run.sh .',
    'COPY *.sh .',
    'COPY *.sh /existing',
    'COPY $NAME /new',
    'COPY ["file", "/new"]',
    'COPY "file" /new',
    'COPY <<END /new\nfile\nEND',
    'COPY --link file /new',
    'ADD file /new',
    'COPY --from=prepared /existing /new',
  ),
]

/** Instructions that stand before each form: a folder to work in, folders and links to copy to. */
export const PREPARED = `RUN mkdir -p /existing/inner /real /work/here \\
  && chmod 0711 /existing/inner && chmod 1777 /real \\
  && echo old > /existing/file && echo old > /existing/inner/deep && echo target > /target \\
  && ln -s /target /existing/link-to-file && ln -s real /link-to-folder && ln -s /nowhere /dangling
WORKDIR /work/here
ENV NEW=/new MODE=604 OWNER=12 NAME=file
`

type Entry = { readonly mode?: number; readonly text?: string; readonly link?: string }

const CONTEXT: Readonly<Record<string, Entry>> = {
  file: { text: 'a file\n', mode: 0o644 },
  'run.sh': { text: '#!/bin/sh\n', mode: 0o755 },
  private: { text: 'mine\n', mode: 0o600 },
  setuid: { text: 'root\n', mode: 0o4755 },
  empty: { text: '', mode: 0o644 },
  '.hidden': { text: 'hidden\n', mode: 0o644 },
  '...odd': { text: 'odd\n', mode: 0o640 },
  'n~a+m,e@1:2': { text: 'odd\n', mode: 0o664 },
  folder: { mode: 0o775 },
  'folder/one': { text: 'one\n', mode: 0o644 },
  'folder/inner': { mode: 0o2750 },
  'folder/inner/deep': { text: 'deep\n', mode: 0o400 },
  'folder/inner/none': { mode: 0o755 },
  'folder/link': { link: 'inner/deep' },
  twin: { mode: 0o755 },
  'twin/one': { text: 'twin\n', mode: 0o755 },
  'twin/inner': { mode: 0o700 },
  'twin/inner/more': { text: 'more\n', mode: 0o644 },
  'empty-folder': { mode: 0o750 },
  'private-folder': { mode: 0o700 },
  'private-folder/secret': { text: 'secret\n', mode: 0o600 },
  'sticky-folder': { mode: 0o1777 },
  'sticky-folder/inner': { mode: 0o1777 },
  'sticky-folder/inner/x': { text: 'x\n', mode: 0o666 },
  links: { mode: 0o755 },
  'links/relative': { link: '../file' },
  'links/absolute': { link: '/folder/one' },
  'links/up': { link: '../folder' },
  'link-to-file': { link: 'run.sh' },
  'link-to-folder': { link: 'folder' },
}

/** Long ago, so that what comes from the context can be told from what the build made, s. */
export const WRITTEN = 1_000_000_000

const write = async (path: string, { text, link }: Entry): Promise<void> => {
  await mkdir(dirname(path), { recursive: true })
  if (link !== undefined) await symlink(link, path)
  else if (text !== undefined) await writeFile(path, text)
  else await mkdir(path, { recursive: true })
}

/** Writes a context that holds what a COPY can come across; the root of it is readable by its owner only. */
export const writeCopyContext = async (root: string): Promise<void> => {
  await rm(root, { recursive: true, force: true })
  await mkdir(root, { recursive: true })
  for (const [name, entry] of Object.entries(CONTEXT)) await write(join(root, name), entry)
  // From the bottom up: what is written into a folder later would change its time.
  for (const [index, [name, { mode }]] of Object.entries(CONTEXT).toReversed().entries()) {
    if (mode !== undefined) await chmod(join(root, name), mode)
    await lutimes(join(root, name), WRITTEN + index, WRITTEN + index)
  }
  await chmod(root, 0o700)
  await lutimes(root, WRITTEN, WRITTEN)
}
