import { textOf } from '../../fragment/flags.ts'
import type { Span } from '../../fragment/fragment.ts'
import type { Found, Rule } from '../finding.ts'
import type { LintInstruction } from '../run.ts'
import { copyWords, type LintStage } from '../source.ts'
import { fetchedUrls } from './urls.ts'

const ARCHITECTURE = /(?<![A-Za-z0-9{$])(?:x86[_-]64|amd64|x64|aarch64|arm64(?:v8)?|armv7l?|armhf)(?![A-Za-z0-9])/
/** How a step asks for its own architecture. */
const ASKS =
  /\bTARGET(?:ARCH|PLATFORM|VARIANT)\b|\buname\b|--print-architecture|\$\(arch\)|`arch`|--eval[= ]["']?%_?\{?_?arch|go env/

const foundAt = (url: string, architecture: string, span: Span): Found => ({
  found: `${url} is for ${architecture} only, and this fragment is built for several platforms`,
  span,
})

const inRun = (run: LintInstruction): readonly Found[] =>
  run.programs.flatMap(fetchedUrls).flatMap((url) => {
    const match = ARCHITECTURE.exec(textOf(url))
    if (match === null) return []
    const span = run.spanOf(url.slice(match.index, match.index + match[0].length))
    return [foundAt(textOf(url), match[0], span)]
  })

const inAdd = (step: LintInstruction): readonly Found[] =>
  step.instruction.keyword !== 'ADD'
    ? []
    : copyWords(step).flatMap(({ text, span }) => {
        const match = /^\w+:\/\//.test(text) ? ARCHITECTURE.exec(text) : null
        if (match === null) return []
        const start = span.start + match.index
        return [foundAt(text, match[0], { line: span.line, start, end: start + match[0].length })]
      })

const findIn = ({ instructions, platform }: LintStage): readonly Found[] =>
  // A stage that has a platform of its own is built for that one.
  platform !== undefined
    ? []
    : instructions.filter(({ body }) => !ASKS.test(body)).flatMap((step) => [...inRun(step), ...inAdd(step)])

/** A download that fits one of several platforms. */
export const hardCodedArchitecture: Rule = {
  id: 'hard-coded-architecture',
  why: 'the image of every other platform gets programs that it cannot run',
  fix: 'declare ARG TARGETARCH and use it in the name, or choose by a case over it',
  find: ({ stages, platforms }) => (platforms.length < 2 ? [] : stages.flatMap(findIn)),
}
