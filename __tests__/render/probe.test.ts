import { describe, expect, test } from '@jest/globals'
import { renderProbe } from '../../src/render/probe.ts'

const DOCKERFILE = {
  text: 'FROM busybox:1 AS base\nFROM base AS security\nRUN apk upgrade\n',
  targets: [
    { layer: 'base', stage: 'base' },
    { layer: 'security', stage: 'security' },
  ],
}

describe('renderProbe', () => {
  test('puts the command on the last stage, with a word that makes it run, and keeps its answer alone', () => {
    expect(renderProbe(DOCKERFILE, 'apk -s upgrade | sort # all', '2026-11-28T12:00:00.000Z')).toBe(
      `FROM busybox:1 AS base
FROM base AS security
RUN apk upgrade

FROM security AS run.probe
COPY --chmod=666 <<STRATA_PROBE /strata-probe
STRATA_PROBE
RUN <<'STRATA_PROBE'
# 2026-11-28T12:00:00.000Z
exec > /strata-probe
apk -s upgrade | sort # all
STRATA_PROBE
FROM scratch
COPY --from=run.probe /strata-probe /
`,
    )
  })

  test.each([
    ['--mount=type=secret,id=index cat x', "RUN --mount=type=secret,id=index <<'STRATA_PROBE'", 'cat x'],
    [
      '--network=none  --mount=type=cache,target=/c ls',
      "RUN --network=none --mount=type=cache,target=/c <<'STRATA_PROBE'",
      'ls',
    ],
    ['ls --all', "RUN <<'STRATA_PROBE'", 'ls --all'],
    ['cat <<< "$HOME" ${x%{y}', "RUN <<'STRATA_PROBE'", 'cat <<< "$HOME" ${x%{y}'],
  ])('takes flags of RUN at the beginning: %s', (command, run, line) => {
    const lines = renderProbe(DOCKERFILE, command, 'nonce').split('\n')
    expect(lines).toContain(run)
    expect(lines).toContain(line)
  })
})
