import type { Io } from '../../io/io.ts'

/** Path of the file of an artifact of this run, or why there is none. */
export type FetchedArtifact = { readonly file: string } | { readonly without: string }

/** Fetches the file of an artifact to a folder of its own. */
export const fetchArtifact = async (name: string, io: Io): Promise<FetchedArtifact> => {
  const download = await io.artifacts.download(name, await io.files.makeFolder('strata-report'))
  switch (download.status) {
    case 'found':
      return { file: download.file }
    case 'missing':
      return { without: 'the run has no such artifact' }
    case 'unavailable':
      return { without: 'there are no artifacts here' }
    case 'failed':
      return { without: download.reason }
  }
}
