import type { Texts } from './workspace.ts'

/**
 * A factory of two manifests that share two layers: `serve` has 4 steps (2 of core, 2 of app), `train` 3 (2 and 1), and
 * 5 of them are distinct on each platform. Platforms are amd64 alone unless others are given.
 */
export const twoApps = ({ platforms = 'linux/amd64', strategy = 'manifest' } = {}): Texts => ({
  'strata.yaml': `version: 1
name: e2e-<salt>
registry: <registry>
platforms: [${platforms}]
layers:
  base: { variants: { busybox: { from: '<base>' } } }
  core: { variants: { tools: { fragment: fragments/core.Dockerfile, args: { LEVEL: 3.10 } } } }
  app:
    variants:
      serve: { fragment: fragments/serve.Dockerfile }
      train: { fragment: fragments/train.Dockerfile }
manifests:
  serve: { base: busybox, core: tools, app: serve }
  train: { extends: serve, app: train }
cache: { strategy: ${strategy} }
`,
  'fragments/core.Dockerfile': `ARG PARENT
FROM \${PARENT}
ARG LEVEL=1
RUN mkdir /srv && echo "core <salt> \${LEVEL}" > /srv/core
COPY conf/ /etc/e2e/
`,
  'fragments/serve.Dockerfile': `ARG PARENT
FROM \${PARENT}
WORKDIR /srv/serve
RUN cat /srv/core /etc/e2e/limits.conf > made && uname -m >> made
CMD ["cat", "/srv/serve/made"]
`,
  'fragments/train.Dockerfile': `ARG PARENT
FROM \${PARENT}
RUN uname -m > /srv/train
CMD ["cat", "/srv/train"]
`,
  'conf/limits.conf': 'limits <salt>\n',
})
