import type { Section } from './document.ts'
import { renderCode } from './markdown.ts'
import { fixedSection } from './sections.ts'

/** Where the rendered files of a leg are, and what it takes to build it again. */
export type Reproduction = {
  /** The bake file's name. */
  readonly bakeFile: string
  /** Folder of the files on the machine of the leg. */
  readonly folder: string
  /** Secrets as Buildx takes them, whose values must be in the environment. */
  readonly secrets: readonly string[]
  readonly commit?: string
  /** The workflow artifact that holds the files, in a run; `link` is its page. */
  readonly artifact?: { readonly name: string; readonly run: string; readonly link?: string }
}

const commandOf = ({ bakeFile, folder, artifact }: Reproduction): string =>
  artifact === undefined
    ? `docker buildx bake --file ${folder}/${bakeFile}`
    : `gh run download ${artifact.run} --name ${artifact.name} && docker buildx bake --file ${bakeFile}`

const filesText = ({ folder, artifact }: Reproduction): string => {
  if (artifact === undefined) return `in ${renderCode(folder)}`
  const name = renderCode(artifact.name)
  return artifact.link === undefined ? `in artifact ${name}` : `in artifact [${name}](${artifact.link})`
}

/** The end of a leg's summary: its rendered Dockerfiles and bake file, and one line that builds it again. */
export const reproductionSection = (reproduction: Reproduction | undefined): readonly Section[] => {
  if (reproduction === undefined) return []
  const { commit, secrets } = reproduction
  const where = commit === undefined ? 'in the checkout' : `in a checkout of ${renderCode(commit.slice(0, 12))}`
  const env = secrets.length === 0 ? '' : ` Secrets come from the environment: ${secrets.map(renderCode).join(', ')}.`
  return fixedSection(
    `The Dockerfiles and a bake file are ${filesText(reproduction)}. To build this again, ${where}: ` +
      `${renderCode(commandOf(reproduction))}${env}`,
  )
}
