import type { StitchedDockerfile } from './stitched.ts'

/** Name of the file that a probe's answer is in. */
export const ANSWER_FILE = 'strata-probe'

/** No layer can be called `run`, so no stage of a fragment is called that either. */
const STAGE = 'run.probe'

const END = 'STRATA_PROBE'

/** Flags of RUN at the beginning of a command line, and the rest of it. */
const splitFlags = (command: string): readonly [string, string] => {
  const [flags = ''] = /^\s*(?:--[a-z]+(?:=\S+)?\s+)*/.exec(command) ?? []
  return [flags.trim().split(/\s+/).join(' '), command.slice(flags.length)]
}

/**
 * The Dockerfile of a layer with a probe on top, whose answer is all that the result holds. The command runs as a RUN in
 * shell form would in the last stage of the layer: with its shell, user, folder and environment. `nonce` is a word that no
 * other build has, so that the command really runs. Whoever the user is, the file for the answer can be written.
 */
export const renderProbe = (
  { text, targets }: Pick<StitchedDockerfile, 'text' | 'targets'>,
  command: string,
  nonce: string,
): string => {
  const [flags, line] = splitFlags(command)
  return [
    text.trimEnd(),
    '',
    `FROM ${targets.at(-1)?.stage ?? 'scratch'} AS ${STAGE}`,
    `COPY --chmod=666 <<${END} /${ANSWER_FILE}`,
    END,
    `RUN ${flags === '' ? '' : `${flags} `}<<'${END}'`,
    `# ${nonce}`,
    `exec > /${ANSWER_FILE}`,
    line,
    END,
    'FROM scratch',
    `COPY --from=${STAGE} /${ANSWER_FILE} /`,
    '',
  ].join('\n')
}
