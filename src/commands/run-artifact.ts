import type { ArtifactUpload } from '../io/artifacts.ts'
import { digestOf } from '../layers/digest.ts'
import type { RunIdentity } from '../records/run.ts'

/** What a workflow artifact of a job is about: the leg's id, and the names of what it builds. */
export type ArtifactSubject = {
  readonly leg: string | undefined
  readonly names: readonly string[]
  /** `GITHUB_RUN_ATTEMPT` */
  readonly attempt: number | undefined
}

/**
 * The name of an artifact of a job: `<begin>-<leg>-<attempt>`. Names are given once in a run, so a job without a leg is
 * named after what it is about, and two such jobs do not clash.
 */
export const artifactName = (begin: string, { leg, names, attempt = 1 }: ArtifactSubject): string =>
  `${begin}-${leg ?? digestOf(names).slice(0, 8)}-${attempt}`

/** The address of an artifact's page; none where the run or the artifact's number is not known. */
export const artifactLink = ({ url }: RunIdentity, upload: ArtifactUpload): { readonly link?: string } =>
  url === undefined || upload.status !== 'stored' || upload.id === undefined
    ? {}
    : { link: `${url}/artifacts/${upload.id}` }
