import type { Io } from '../../src/io/io.ts'

const unexpected = (): never => {
  throw new Error('nothing in this test should ask for that')
}

/** What a command told the Actions toolkit, in order. */
export type Told = { readonly infos: string[]; readonly warnings: string[]; readonly summaries: string[] }

/** A world of workspace files given as texts by path, without artifacts. What is not given throws when it is used. */
export const literalIo = (texts: Map<string, string>, changes: Partial<Io> = {}): { io: Io; told: Told } => {
  const told: Told = { infos: [], warnings: [], summaries: [] }
  const io: Io = {
    actions: {
      input: unexpected,
      info: (line) => void told.infos.push(line),
      debug: () => undefined,
      warning: ({ message }) => void told.warnings.push(message),
      error: unexpected,
      group: () => undefined,
      mask: unexpected,
      output: unexpected,
      saveState: unexpected,
      state: unexpected,
      summary: (markdown) => Promise.resolve(void told.summaries.push(markdown)),
    },
    actionsCache: {
      restore: () => Promise.resolve({ status: 'unavailable' }),
      save: () => Promise.resolve({ status: 'unavailable' }),
    },
    artifacts: {
      upload: () => Promise.resolve({ status: 'unavailable' }),
      download: () => Promise.resolve({ status: 'unavailable' }),
      list: () => Promise.resolve({ status: 'unavailable' }),
    },
    builders: {
      engine: unexpected,
      buildxVersion: unexpected,
      uniqueName: unexpected,
      list: unexpected,
      create: unexpected,
      remove: unexpected,
    },
    clock: { now: () => new Date('2026-11-22T15:39:57.000Z'), every: unexpected, sleep: unexpected },
    comments: { keep: unexpected },
    contexts: { read: () => new Map(), oddModes: () => ({ count: 0 }), oddMode: () => undefined },
    disk: { room: unexpected, sizes: unexpected, remove: unexpected },
    docker: { query: unexpected, run: unexpected },
    emulators: { read: unexpected, install: unexpected },
    files: {
      read: (path) => Promise.resolve(texts.get(path)),
      readArchive: unexpected,
      find: () => Promise.resolve([]),
      write: (path, text) =>
        Promise.resolve(void texts.set(path, typeof text === 'string' ? text : [...text].join(''))),
      writeProgram: unexpected,
      writeSecret: unexpected,
      removeFolder: unexpected,
      move: unexpected,
      makeFolder: (name) => Promise.resolve(`/tmp/${name}`),
      readImage: () => Promise.reject(new Error('there is no image')),
      absolute: (path) => `/workspace/${path}`,
    },
    ghaScopes: { mode: 'unavailable', exists: () => Promise.resolve(false), fault: () => undefined, token: '' },
    localCache: {
      home: '/cache',
      content: () => Promise.resolve(undefined),
      clear: () => Promise.resolve(),
      keep: () => Promise.resolve({ bytes: 0, removed: [], failures: [] }),
      readText: () => Promise.resolve(undefined),
      writeText: () => Promise.resolve(),
    },
    reach: () => Promise.resolve(undefined),
    registry: {
      headManifest: unexpected,
      getManifest: unexpected,
      getBlob: unexpected,
      getImageConfig: unexpected,
      listTags: () => Promise.resolve(undefined),
      listTagsWithin: unexpected,
      putText: unexpected,
      getText: unexpected,
      putManifest: unexpected,
      resolveImage: unexpected,
      deleteManifest: unexpected,
      listReferrers: unexpected,
    },
    stores: { open: unexpected, actionsCache: unexpected },
    whileSignedIn: unexpected,
    ...changes,
  }
  return { io, told }
}
