/** A choice for a layer. */
export type Choice = { readonly layer: string; readonly variant: string }

/** A combination, with a choice for every layer. */
export type Combination = { readonly id: string; readonly choices: readonly Choice[] }

/** Layers of the sample factory, bottom to top. */
export const LAYERS = ['base', 'security', 'core', 'light', 'app'] as const

const STACKS = [
  { base: 'ubuntu-24.04', core: '0.1.0' },
  { base: 'debian-13', core: '0.1.0' },
  { base: 'cuda-12', core: '0.2.0-cuda' },
].flatMap((stack) => ['0.1.0', '0.2.0'].map((light) => ({ ...stack, light })))

const APPS =
  'serve train embed rerank notebook gateway batch-score tokenize evaluate distill quantize speech vision search agent ingest moderate translate summarise route'.split(
    ' ',
  )

const FRAGMENTS: Readonly<Record<string, readonly string[]>> = {
  'security/1.0.0': [
    'RUN apt-get update && apt-get upgrade -y && rm -rf /var/lib/apt/lists/*',
    'COPY security/sysctl.conf /etc/sysctl.d/90-hardening.conf',
    'RUN useradd --uid 10001 --create-home app',
  ],
  'core/0.1.0': [
    'RUN apt-get update && apt-get install -y python3.12 python3.12-venv',
    'RUN python3.12 -m venv /opt/venv',
    'COPY core/requirements.txt /tmp/requirements.txt',
    'RUN /opt/venv/bin/pip install --no-cache-dir -r /tmp/requirements.txt',
  ],
  'core/0.2.0-cuda': [
    'RUN apt-get update && apt-get install -y python3.12 python3.12-venv cuda-libraries-12-6',
    'RUN python3.12 -m venv /opt/venv',
    'COPY core/requirements-cuda.txt /tmp/requirements.txt',
    'RUN --mount=type=cache,target=/root/.cache /opt/venv/bin/pip install -r /tmp/requirements.txt',
  ],
  'light/0.1.0': [
    'RUN apt-get update && apt-get install -y curl jq tini',
    'COPY light/entrypoint.sh /usr/local/bin/entrypoint',
  ],
  'light/0.2.0': [
    'RUN apt-get update && apt-get install -y curl jq tini gdb strace',
    'COPY light/entrypoint.sh /usr/local/bin/entrypoint',
  ],
}

/** Instructions of a variant; none for a base image. */
export const instructionsOf = ({ layer, variant }: Choice): readonly string[] =>
  layer === 'app'
    ? [
        `WORKDIR /srv/${variant}`,
        `COPY apps/${variant}/requirements.txt .`,
        'RUN /opt/venv/bin/pip install --no-cache-dir -r requirements.txt',
        `COPY apps/${variant} .`,
      ]
    : (FRAGMENTS[`${layer}/${variant}`] ?? [])

/** Path of a variant's fragment. */
export const fileOf = ({ layer, variant }: Choice): string =>
  layer === 'app'
    ? `apps/${variant}/Dockerfile`
    : `fragments/${layer}/${variant.replace(/^.*-cuda/, 'cuda')}.Dockerfile`

/** Combinations in an order in which even a few are of all kinds. */
export const listCombinations = (count: number): readonly Combination[] =>
  Array.from({ length: count }, (_, index) => {
    const { base, core, light } = STACKS[index % STACKS.length] ?? { base: '', core: '', light: '' }
    const number = Math.floor(index / STACKS.length)
    const app = APPS[number] ?? `app-${String(number).padStart(3, '0')}`
    const variants = [base, '1.0.0', core, light, app]
    return {
      id: `${app}-${light === '0.1.0' ? 'slim' : 'debug'}-${base.replace(/-[\d.]+$/, '')}`,
      choices: LAYERS.map((layer, place) => ({ layer, variant: variants[place] ?? '' })),
    }
  })
