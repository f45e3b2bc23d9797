/** Factory files that are right, for the parser and for the JSON Schema. */

/** The example of the documentation: every key is used. */
export const FULL = `version: 1
name: llm-factory
registry: ghcr.io/acme
image: "{name}"
tags: ["{manifest_id}", "{manifest_id}-{version}"]
id: "{app}-{core}-{security}-{base}"
platforms: [linux/amd64, linux/arm64]
context: .
args: { PIP_INDEX: "https://pypi.example/simple" }

layers:
  base:
    stable: true
    variants:
      ubuntu-24.04: { from: "ubuntu:24.04" }
      debian-13: { from: "debian:trixie-slim" }
      cuda-12:
        from: { linux/amd64: "nvidia/cuda:12.6.3-runtime-ubuntu24.04", linux/arm64: "nvcr.io/nvidia/l4t-jetpack:r36.4.0" }
        accelerator: cuda
  security:
    stable: true
    max-age: 7d
    variants:
      none: {}
      "1.0.0": { fragment: fragments/security/1.0.0.Dockerfile }
  core:
    stable: true
    variants:
      "0.1.0": { fragment: fragments/core/cpu.Dockerfile, args: { PYTHON: "3.12" } }
      "0.2.0-cuda": { fragment: fragments/core/cuda.Dockerfile, accelerator: cuda, requires: { base: "cuda-*" } }
  light:
    variants:
      "0.1.0": { fragment: fragments/light/0.1.0.Dockerfile }
  app:
    variants:
      serve: { fragment: apps/serve/Dockerfile, contexts: { src: apps/serve } }
    variants-from: "apps/*/Dockerfile"

manifests:
  llm_factory: { base: ubuntu-24.04, security: "1.0.0", core: "0.1.0", light: "0.1.0", app: serve, version: "1.4.0", tags: [latest] }
  llm_factory_cuda: { extends: llm_factory, base: cuda-12, core: "0.2.0-cuda" }
  core_only: { base: ubuntu-24.04, security: "1.0.0", core: "0.1.0" }
  explore: { base: [ubuntu-24.04, debian-13], security: "*", core: "*", light: "*", app: "*" }

exclude:
  - { base: { not: "cuda-*" }, core: "*cuda*", reason: "needs a CUDA base" }

pools:
  linux/amd64: { runs-on: ubuntu-24.04 }
  linux/arm64: { runs-on: ubuntu-24.04-arm }
  linux/amd64+cuda: { runs-on: [self-hosted, bigdisk] }

cache:
  backend: registry
  strategy: layer
  ref: ghcr.io/acme/llm-factory-cache

retention: { keep-last: 3, min-age: 24h }
`

/** The files that the globs of {@link FULL} find. */
export const FULL_PATHS = ['apps/chat/Dockerfile', 'apps/serve/Dockerfile']

/** Anchors, aliases, merge keys, extension keys, and values whose text YAML would change. */
export const ANCHORED = `version: 1
name: anchored
x-defaults: &defaults { fragment: app.Dockerfile, args: { PYTHON: 3.10, DEBUG: false } }
layers:
  base: &base
    variants:
      0.10: { from: "busybox:1" }
      0.1: { from: "busybox:2" }
  app:
    variants:
      plain:
        <<: *defaults
      other:
        args: { PYTHON: 3.9 }
        <<: [*defaults, { fragment: ignored.Dockerfile, accelerator: cuda }]
      empty:
manifests:
  one: { base: 0.10, app: plain, version: 1.40 }
  two: { base: 0.1, app: [other, empty] }
bake: { shm-size: 2g, no-cache: false, ulimits: [nofile=1024], secret: null, nested: { a: 1.50 } }
`

/** The same as JSON, which is YAML. Tabs are fine there. */
export const JSON_FILE = `{
\t"$schema": "https://example.org/strata.schema.json",
\t"version": 1,
\t"name": "json",
\t"layers": {
\t\t"base": { "variants": { "a": { "from": "busybox:1", "bake": { "network": "none" } } } }
\t},
\t"manifests": { "one": { "base": "a", "platforms": "linux/amd64" } },
\t"exclude": [{ "platform": { "not": ["linux/amd64"] }, "reason": "slow" }]
}
`
