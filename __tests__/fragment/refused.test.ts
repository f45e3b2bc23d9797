import { describe, expect, test } from '@jest/globals'
import { parseFragment } from '../../src/fragment/parse.ts'
import { InputError } from '../../src/problem.ts'

const HEX = 'a'.repeat(64)

const problemsOf = (text: string): readonly string[] => {
  try {
    parseFragment('f.Dockerfile', text, { layers: ['base', 'core', 'light'], contexts: ['Src'] })
  } catch (error) {
    if (error instanceof InputError) return error.message.replaceAll('f.Dockerfile:', '').split('\n')
    throw error
  }
  return []
}

type Refused = { readonly description: string; readonly text: string; readonly problems: readonly string[] }

/** Of layers base, core and light, with a named context Src. Problems begin with line and column. */
const REFUSED: readonly Refused[] = [
  {
    description: 'unpinned syntax',
    text: '# syntax=docker/dockerfile:1\nRUN a\n',
    problems: [
      '1:1: # syntax=docker/dockerfile:1 is not pinned; expected a digest, as in docker/dockerfile:1@sha256:…; or leave the line out, and BuildKit uses the syntax it brings along',
    ],
  },
  {
    description: 'syntax is no reference',
    text: '# syntax=Docker/Dockerfile\nRUN a\n',
    problems: [
      '1:1: # syntax=Docker/Dockerfile is not pinned; expected a digest, as in docker/dockerfile:1@sha256:…; or leave the line out, and BuildKit uses the syntax it brings along',
    ],
  },
  {
    description: 'syntax given twice',
    text: `# syntax=docker/dockerfile:1@sha256:${HEX}\n# syntax=docker/dockerfile:1@sha256:${HEX}\nRUN a\n`,
    problems: ['2:1: # syntax stands here a second time; expected one'],
  },
  {
    description: 'escape, whose continuations are not looked at',
    text: '# escape=`\nRUN a `\n  b\nFOO\n',
    problems: [
      '1:1: # escape= would hold for the fragments of all layers; expected no parser directive but a pinned # syntax',
    ],
  },
  {
    description: 'check',
    text: '#check=error=true\nRUN a\n',
    problems: [
      '1:1: # check= would hold for the fragments of all layers; expected no parser directive but a pinned # syntax',
    ],
  },
  {
    description: 'check behind a pinned syntax',
    text: `# syntax=docker/dockerfile:1@sha256:${HEX}\n# check=skip=all\nRUN a\n`,
    problems: [
      '2:1: # check= would hold for the fragments of all layers; expected no parser directive but a pinned # syntax',
    ],
  },
  {
    description: 'numeric --from',
    text: 'ARG PARENT\nFROM golang:1 AS build\nRUN a\nFROM ${PARENT}\nCOPY --from=0 /a /a\n',
    problems: ['5:13: --from=0 counts stages, whose numbers change in a stitched Dockerfile; expected a name'],
  },
  {
    description: 'numeric mount',
    text: 'RUN --mount=type=bind,from=1,target=/x a\n',
    problems: ['1:28: from=1 counts stages, whose numbers change in a stitched Dockerfile; expected a name'],
  },
  {
    description: '--from of another layer',
    text: 'COPY --from=core /a /a\n',
    problems: [
      '1:13: --from=core names a layer; expected a stage of this file that stands before, a named context, or an image; a fragment sees only the layer below, as ${PARENT}',
    ],
  },
  {
    description: '--from of a layer in capitals',
    text: 'COPY --chown=a --from=Core /a /a\n',
    problems: [
      '1:23: --from=Core names a layer; expected a stage of this file that stands before, a named context, or an image; a fragment sees only the layer below, as ${PARENT}',
    ],
  },
  {
    description: 'mount from another layer, on a continued line',
    text: 'RUN --mount=type=bind,target=/x \\\n  --mount=type=cache,from=base,target=/y a\n',
    problems: [
      '2:27: from=base names a layer; expected a stage of this file that stands before, a named context, or an image; a fragment sees only the layer below, as ${PARENT}',
    ],
  },
  {
    description: 'FROM another layer',
    text: 'ARG PARENT\nFROM base AS build\nFROM ${PARENT}\n',
    problems: [
      '2:6: FROM base names a layer; expected a stage of this file that stands before, a named context, or an image; a fragment sees only the layer below, as ${PARENT}',
    ],
  },
  {
    description: '--from of a later stage',
    text: 'ARG PARENT\nFROM a:1 AS one\nCOPY --from=two /a /a\nFROM b:1 AS two\nFROM $PARENT\n',
    problems: [
      '3:13: --from=two names a stage that does not stand before; expected a stage of this file that stands before, a named context, or an image',
    ],
  },
  {
    description: '--from of the own stage',
    text: 'ARG PARENT\nFROM a:1 AS one\nCOPY --from=one /a /a\nFROM $PARENT\n',
    problems: [
      '3:13: --from=one names a stage that does not stand before; expected a stage of this file that stands before, a named context, or an image',
    ],
  },
  {
    description: 'FROM a later stage',
    text: 'ARG PARENT\nFROM two AS one\nFROM b:1 AS two\nFROM $PARENT\n',
    problems: [
      '2:6: FROM two names a stage that does not stand before; expected a stage of this file that stands before, a named context, or an image',
    ],
  },
  {
    description: '--from with a variable',
    text: 'ARG X\nCOPY --from=${X} /a /a\n',
    problems: [
      '2:13: --from=${X} holds a variable, which BuildKit does not expand here; expected a name; declare a stage with FROM and that variable, and name the stage here',
    ],
  },
  {
    description: 'mount from with a variable',
    text: 'RUN --mount=from=$X,target=/x a\n',
    problems: [
      '1:18: from=$X holds a variable, which BuildKit does not expand here; expected a name; declare a stage with FROM and that variable, and name the stage here',
    ],
  },
  {
    description: '--from in quotes within',
    text: 'ARG PARENT\nFROM a AS build\nFROM $PARENT\nCOPY --from=bu"il"d /a /a\n',
    problems: ['4:13: --from=bu"il"d holds quotes or backslashes; expected the plain name build'],
  },
  {
    description: '--from that is no reference',
    text: 'ARG PARENT\nFROM a AS build\nFROM $PARENT\nCOPY --from=Build/ /a /a\n',
    problems: [
      '4:13: --from=Build/ is no image reference; expected a stage of this file that stands before, a named context, or an image; did you mean "build"?',
    ],
  },
  {
    description: 'last stage of an image',
    text: 'ARG PARENT\nFROM ${PARENT} AS build\nRUN a\nFROM ubuntu:24.04\nRUN b\n',
    problems: [
      '4:6: the last stage is FROM ubuntu:24.04, so nothing of the layers below goes on; expected FROM ${PARENT}; give this stage a name, and end with FROM ${PARENT} and what it copies from there',
    ],
  },
  {
    description: 'only stage of an image',
    text: 'FROM ubuntu:24.04\nRUN b\n',
    problems: [
      '1:6: the last stage is FROM ubuntu:24.04, so nothing of the layers below goes on; expected FROM ${PARENT}; give this stage a name, and end with FROM ${PARENT} and what it copies from there',
    ],
  },
  {
    description: 'last stage from scratch',
    text: 'ARG PARENT\nFROM $PARENT AS b\nFROM scratch\nCOPY --from=b /a /a\n',
    problems: [
      '3:6: the last stage is FROM scratch, so nothing of the layers below goes on; expected FROM ${PARENT}; give this stage a name, and end with FROM ${PARENT} and what it copies from there',
    ],
  },
  {
    description: 'last stage of an auxiliary one',
    text: 'ARG PARENT\nFROM $PARENT AS b\nFROM b\n',
    problems: [
      '3:6: the last stage is FROM b, so nothing of the layers below goes on; expected FROM ${PARENT}; give this stage a name, and end with FROM ${PARENT} and what it copies from there',
    ],
  },
  {
    description: 'last stage with a platform',
    text: 'ARG PARENT\nFROM --platform=$BUILDPLATFORM ${PARENT}\n',
    problems: ['2:17: the last stage has a platform of its own; expected that of the image, so no --platform'],
  },
  {
    description: 'PARENT within a name',
    text: 'ARG PARENT\nFROM ${PARENT}-dev AS b\nFROM ${PARENT}\n',
    problems: ['2:6: FROM ${PARENT}-dev makes another name out of PARENT; expected FROM ${PARENT}'],
  },
  {
    description: 'PARENT within another argument',
    text: 'ARG PARENT BASE=${PARENT}\nFROM $BASE AS b\nFROM $PARENT\n',
    problems: ['1:12: ARG BASE=${PARENT} makes another name out of PARENT; expected FROM ${PARENT} itself'],
  },
  {
    description: 'PARENT not declared',
    text: 'FROM ${PARENT}\nRUN a\n',
    problems: ['1:6: FROM uses ${PARENT}, which is not declared; expected ARG PARENT before the first FROM'],
  },
  {
    description: 'PARENT declared in the stage',
    text: 'ARG PARENT\nRUN a\n',
    problems: [
      '1:5: ARG PARENT stands in a stage; expected FROM ${PARENT} behind it, or no PARENT at all; a fragment of one stage may leave out both ARG PARENT and FROM',
    ],
  },
  {
    description: 'stage name twice',
    text: 'ARG PARENT\nFROM a:1 AS build\nFROM b:1 AS Build\nFROM $PARENT\n',
    problems: ['3:13: the stage name Build is used twice; expected another name'],
  },
  {
    description: 'stage named like a layer',
    text: 'ARG PARENT\nFROM a:1 AS Light\nFROM $PARENT\n',
    problems: ['2:13: the stage name Light is that of a layer; expected another name'],
  },
  {
    description: 'stage named with a reserved word',
    text: 'ARG PARENT\nFROM a:1 AS scratch\nFROM $PARENT\n',
    problems: ['2:13: the stage name scratch is a reserved word; expected another name'],
  },
  {
    description: 'stage named like a context',
    text: 'ARG PARENT\nFROM a:1 AS src\nFROM $PARENT\n',
    problems: ['2:13: the stage name src is that of a named context; expected another name'],
  },
  {
    description: 'stage name with a letter that BuildKit refuses',
    text: 'ARG PARENT\nFROM a:1 AS 1build\nFROM $PARENT\n',
    problems: [
      '2:13: 1build cannot be the name of a stage; expected letters and digits, with single . _ or - between them, a letter first',
    ],
  },
  {
    description: 'stage name that is no repository',
    text: 'ARG PARENT\nFROM a:1 AS build_\nFROM $PARENT\n',
    problems: [
      '2:13: build_ cannot be the name of a stage; expected letters and digits, with single . _ or - between them, a letter first',
    ],
  },
  {
    description: 'stage without a name',
    text: 'ARG PARENT\nFROM a:1\nRUN a\nFROM $PARENT\n',
    problems: ['2:6: FROM a:1 is neither named nor last; expected AS <name>, so that a later step can copy from it'],
  },
  {
    description: 'FROM without an image',
    text: 'ARG PARENT\nFROM\nFROM $PARENT\n',
    problems: ['2:1: FROM; expected FROM <image>, or FROM <image> AS <name>'],
  },
  {
    description: 'FROM with a word too many',
    text: 'ARG PARENT\nFROM a:1 build\nFROM $PARENT\n',
    problems: ['2:1: FROM a:1 build; expected FROM <image>, or FROM <image> AS <name>'],
  },
  {
    description: 'FROM that is no reference',
    text: 'ARG PARENT\nFROM a::1 AS b\nFROM $PARENT\n',
    problems: [
      '2:6: FROM a::1 is no image reference; expected a stage of this file that stands before, a named context, or an image',
    ],
  },
  {
    description: 'variable of FROM not declared',
    text: 'ARG PARENT\nARG GO_VERSION=1\nFROM golang:${GO_VERSON} AS b\nFROM $PARENT\n',
    problems: [
      '3:6: FROM uses ${GO_VERSON}, which is not declared; expected ARG GO_VERSON before the first FROM; did you mean "GO_VERSION"?',
    ],
  },
  {
    description: 'variable of FROM declared behind it',
    text: 'ARG PARENT\nFROM golang:${GO} AS b\nARG GO=1\nFROM $PARENT\n',
    problems: ['2:6: FROM uses ${GO}, which is not declared; expected ARG GO before the first FROM'],
  },
  {
    description: 'variable of --platform not declared',
    text: 'ARG PARENT\nFROM --platform=linux/$X golang:1 AS b\nFROM $PARENT\n',
    problems: ['2:17: FROM uses ${X}, which is not declared; expected ARG X before the first FROM'],
  },
  {
    description: 'pattern in FROM',
    text: 'ARG PARENT\nARG GO=1.25\nFROM golang:${GO%.*} AS b\nFROM $PARENT\n',
    problems: [
      '3:6: golang:${GO%.*} cannot be resolved: ${GO%.*} cuts a pattern out of GO; expected plain variables in FROM and before it',
    ],
  },
  {
    description: 'pattern before FROM',
    text: 'ARG PARENT\nARG GO=1.25\nARG M=${GO#*.}\nFROM golang:${M} AS b\nFROM $PARENT\n',
    problems: [
      '3:5: M=${GO#*.} cannot be resolved: ${GO#*.} cuts a pattern out of GO; expected plain variables in FROM and before it',
    ],
  },
  {
    description: 'brace not closed in FROM',
    text: 'ARG PARENT\nARG GO=1.25\nFROM golang:${GO AS b\nFROM $PARENT\n',
    problems: [
      '3:6: golang:${GO cannot be resolved: ${GO is not a substitution; expected plain variables in FROM and before it',
    ],
  },
  {
    description: 'ARG without a name',
    text: 'ARG =x\n',
    problems: ['1:5: ARG =x has no name; expected ARG <name>, or ARG <name>=<default>'],
  },
  {
    description: 'ONBUILD',
    text: 'RUN a\n  onbuild RUN b\n',
    problems: [
      '2:3: ONBUILD would fire in the next layer of the same Dockerfile; expected the instruction itself, here or in the fragment of that layer',
    ],
  },
  {
    description: 'unknown instruction',
    text: 'RUM a\n',
    problems: ['1:1: RUM is not an instruction; expected one of a Dockerfile; did you mean "RUN"?'],
  },
  {
    description: 'unknown instruction, indented and on several lines',
    text: '\n   CPOY \\\n  a b\n',
    problems: ['2:4: CPOY is not an instruction; expected one of a Dockerfile; did you mean "COPY"?'],
  },
  {
    description: 'instruction before FROM',
    text: 'RUN a\nARG PARENT\nFROM ${PARENT}\n',
    problems: ['1:1: RUN stands before the first FROM; expected nothing but ARG there'],
  },
  {
    description: 'heredoc not closed',
    text: 'RUN a\nRUN <<EOF\nx\nRUN b\n',
    problems: ['2:1: the heredoc EOF is not closed; expected a line that is EOF and nothing else'],
  },
  {
    description: 'heredoc with blanks around its end',
    text: 'COPY <<-EOF /a\nx\n  EOF \n',
    problems: [
      '1:1: the heredoc EOF is not closed; expected a line that is EOF and nothing else; line 3 has blanks around it',
    ],
  },
  {
    description: 'second heredoc not closed',
    text: 'RUN <<A cat - <<B\na\nA\nb\n',
    problems: ['1:1: the heredoc B is not closed; expected a line that is B and nothing else'],
  },
  {
    description: 'continuation at the end',
    text: 'RUN a \\',
    problems: ['1:7: this line is continued, and none follows; expected a last line without a backslash'],
  },
  {
    description: 'continuation into nothing but comments',
    text: 'RUN a && \\\n  b \\  \n# end\n\n',
    problems: ['2:5: this line is continued, and none follows; expected a last line without a backslash'],
  },
  {
    description: 'with carriage returns and a byte order mark',
    text: '\uFEFFRUN a\r\nFOO b\r\n',
    problems: ['2:1: FOO is not an instruction; expected one of a Dockerfile'],
  },
  {
    description: 'several problems, in the order of the file',
    text: 'FRM x\nARG PARENT\nFROM golang:$GO AS core\nCOPY --from=1 a b\nFROM debian\nRUN <<X\n',
    problems: [
      '1:1: FRM is not an instruction; expected one of a Dockerfile; did you mean "FROM"?',
      '3:6: FROM uses ${GO}, which is not declared; expected ARG GO before the first FROM',
      '3:20: the stage name core is that of a layer; expected another name',
      '4:13: --from=1 counts stages, whose numbers change in a stitched Dockerfile; expected a name',
      '5:6: the last stage is FROM debian, so nothing of the layers below goes on; expected FROM ${PARENT}; give this stage a name, and end with FROM ${PARENT} and what it copies from there',
      '6:1: the heredoc X is not closed; expected a line that is X and nothing else',
    ],
  },
]

describe('a fragment is refused for', () => {
  test.each(REFUSED)('$description', ({ text, problems }) => {
    expect(problemsOf(text)).toEqual(problems)
  })
})

test('an error names the file', () => {
  expect(() => parseFragment('apps/serve/Dockerfile', 'RUM x\n')).toThrow(/^apps\/serve\/Dockerfile:1:1: /)
})
