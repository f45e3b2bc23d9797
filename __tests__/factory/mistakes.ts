/** A factory file with a mistake, and every line of the message it gets. */
export type Mistake = { readonly title: string; readonly text: string; readonly error: readonly string[] }

const HEAD = 'version: 1\nname: demo\n'

const LAYERS = `layers:
  base:
    variants:
      a: { from: "busybox:1" }
      b: { from: "debian:13" }
  app:
    variants:
      web: { fragment: web.Dockerfile }
      job: { fragment: job.Dockerfile }
`
const MANIFESTS = 'manifests:\n  one: { base: a, app: web }\n'

/** A factory file of 13 lines without mistakes. */
export const GOOD = `${HEAD}${LAYERS}${MANIFESTS}`

/** YAML that cannot be read, or not without doubt. */
export const syntaxMistakes: readonly Mistake[] = [
  {
    title: 'an empty file',
    text: '',
    error: ['strata.yaml:1:1: the file is empty; expected a factory file'],
  },
  {
    title: 'only comments',
    text: '# nothing\n',
    error: ['strata.yaml:1:1: the file is empty; expected a factory file'],
  },
  {
    title: 'a tab',
    text: 'version: 1\nlayers:\n\tbase: {}\n',
    error: ['strata.yaml:3:1: this is not valid YAML: Tabs are not allowed as indentation; indent with spaces'],
  },
  {
    title: 'two documents',
    text: `${GOOD}---\nversion: 1\n`,
    error: ['strata.yaml:14:1: a second YAML document begins here, and a file is one'],
  },
  {
    title: 'an open bracket',
    text: 'version: 1\nplatforms: [linux/amd64\nname: demo\n',
    error: [
      'strata.yaml:3:1: this is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]; close every bracket and quote above, and check the indentation',
    ],
  },
  {
    title: 'an open quote',
    text: 'version: 1\nname: "demo\n',
    error: [
      'strata.yaml:3:1: this is not valid YAML: Missing closing "quote; close every bracket and quote, and put ": " behind every key',
    ],
  },
  {
    title: 'a second colon',
    text: 'version: 1\nname: demo: two\n',
    error: [
      'strata.yaml:2:7: this is not valid YAML: Nested mappings are not allowed in compact mappings; write a value that contains ": " in quotes, and check the indentation',
    ],
  },
  {
    title: 'a bare star',
    text: `${HEAD}${LAYERS}manifests:\n  all: { base: * }\n`,
    error: [
      'strata.yaml:13:16: this is not valid YAML: Alias cannot be an empty string; a pattern that begins with "*" needs quotes: "*"',
    ],
  },
  {
    title: 'a bare star glob',
    text: `${HEAD}${LAYERS}manifests:\n  all: { base: *eb }\n`,
    error: [
      'strata.yaml:13:16: no anchor &eb stands before the alias *eb; a pattern that begins with "*" needs quotes',
    ],
  },
  {
    title: 'an alias of itself',
    text: 'version: &v [*v]\n',
    error: ['strata.yaml:1:14: the alias *v contains itself'],
  },
  {
    title: 'a key twice',
    text: `${GOOD}name: other\n`,
    error: ['strata.yaml:14:1: "name" is here twice; the first is at 2:1'],
  },
  {
    title: 'a variant twice',
    text: `${HEAD}layers:\n  base:\n    variants:\n      a: { from: "x:1" }\n      a: { from: "x:2" }\n`,
    error: ['strata.yaml:7:7: "a" is here twice; the first is at 6:7'],
  },
  {
    title: 'a list as a key',
    text: 'version: 1\n? [a, b]\n: c\n',
    error: ['strata.yaml:2:3: a key is a list or a map, and must be a name'],
  },
  {
    title: 'an empty key',
    text: 'version: 1\n: c\n',
    error: ['strata.yaml:2:1: a key is empty; expected a name'],
  },
  {
    title: 'an unknown tag',
    text: 'version: 1\nname: !secret demo\n',
    error: ['strata.yaml:2:15: the YAML tag !secret has no meaning here; leave it out'],
  },
  {
    title: 'a merge key without a map',
    text: 'version: 1\n<<: demo\n',
    error: ['strata.yaml:2:5: the merge key "<<" has no map behind it; expected <<: *anchor'],
  },
  {
    title: 'a reserved character',
    text: 'version: 1\nname: @demo\n',
    error: [
      'strata.yaml:2:7: this is not valid YAML: Plain value cannot start with reserved character @; write the value in quotes',
    ],
  },
  {
    title: 'a bare alias flood',
    text: `a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e]\n`,
    error: [
      'strata.yaml:5:12: the alias *d brings the aliases of this file to more than 20000 values; aliases of aliases multiply; write the values out',
    ],
  },
]

/** Values of a wrong shape; the JSON Schema refuses them, too. */
export const shapeMistakes: readonly Mistake[] = [
  {
    title: 'a list for a file',
    text: '- version: 1\n',
    error: ['strata.yaml:1:1: the file is a list; expected the factory file, a map'],
  },
  {
    title: 'a text for a file',
    text: 'hello\n',
    error: ['strata.yaml:1:1: the file is "hello"; expected the factory file, a map'],
  },
  {
    title: 'no version and no name',
    text: `${LAYERS}${MANIFESTS}`,
    error: [
      'strata.yaml:1:1: the factory file has no "version"; expected the number 1',
      'strata.yaml:1:1: the factory file has no "name"; expected a factory name: lower-case letters, digits, "_", "." and "-", beginning with a letter, a digit or "_", 80 at most',
    ],
  },
  {
    title: 'another version',
    text: 'version: 2\nname: demo\n',
    error: ['strata.yaml:1:10: "version" is the number 2; expected the number 1'],
  },
  {
    title: 'a version in quotes',
    text: 'version: "1"\nname: demo\n',
    error: ['strata.yaml:1:10: "version" is "1"; expected the number 1'],
  },
  {
    title: 'a misspelt key',
    text: `${GOOD}exlude: []\n`,
    error: [
      'strata.yaml:14:1: unknown key "exlude" in the factory file; expected version, name, registry, image, tags, id, platforms, context, args, include, layers, manifests, exclude, pools, cache, retention, lint or bake; did you mean "exclude"?',
    ],
  },
  {
    title: 'an unknown key',
    text: `${GOOD}services: {}\n`,
    error: [
      'strata.yaml:14:1: unknown key "services" in the factory file; expected version, name, registry, image, tags, id, platforms, context, args, include, layers, manifests, exclude, pools, cache, retention, lint or bake',
    ],
  },
  {
    title: 'a misspelt key of a layer',
    text: `${HEAD}layers:\n  base:\n    varaints: {}\n`,
    error: [
      'strata.yaml:5:5: unknown key "varaints" in a layer; expected stable, max-age, args, variants or variants-from; did you mean "variants"?',
    ],
  },
  {
    title: 'a misspelt key of a variant',
    text: `${HEAD}layers:\n  base:\n    variants:\n      a: { form: "busybox:1" }\n`,
    error: [
      'strata.yaml:6:12: unknown key "form" in a variant; expected extends, from, fragment, args, contexts, accelerator, requires, test or bake; did you mean "from"?',
    ],
  },
  {
    title: 'a misspelt key of a rule',
    text: `${GOOD}exclude:\n  - { platforms: linux/arm64, reason: slow }\n`,
    error: [
      'strata.yaml:15:7: unknown key "platforms" in an exclude rule; expected platform, reason or a layer name; did you mean "platform"?',
    ],
  },
  {
    title: 'a misspelt key of a manifest',
    text: `${HEAD}${LAYERS}manifests:\n  one: { base: a, platform: linux/arm64 }\n`,
    error: [
      'strata.yaml:13:19: unknown key "platform" in a manifest; expected extends, version, tags, platforms, args, test, test-pool, bake or a layer name; did you mean "platforms"?',
    ],
  },
  {
    title: 'a template without quotes',
    text: `${GOOD}image: {name}\n`,
    error: [
      'strata.yaml:14:8: "image" is a map; expected an image template: lower-case letters, digits, "_", ".", "-", "/" and placeholders in braces, such as {name}; YAML reads braces as a map: write "{name}" in quotes',
    ],
  },
  {
    title: 'templates without quotes',
    text: `${GOOD}tags: [{manifest_id}, latest]\n`,
    error: [
      'strata.yaml:14:8: an entry of "tags" is a map; expected a tag template: letters, digits, "_", ".", "-" and placeholders in braces, such as {manifest_id}-{version}; YAML reads braces as a map: write "{manifest_id}" in quotes',
    ],
  },
  {
    title: 'a number for a registry',
    text: `${GOOD}registry: 5000\n`,
    error: [
      'strata.yaml:14:11: "registry" is the number 5000; expected a registry: a host with the path that all images share, without scheme, tag or slash at the end: ghcr.io/acme; write "5000" in quotes if that is what you mean',
    ],
  },
  {
    title: 'a scheme in the registry',
    text: `${GOOD}registry: https://ghcr.io/acme/\n`,
    error: [
      'strata.yaml:14:11: "https://ghcr.io/acme/" is not a registry; expected a host with the path that all images share, without scheme, tag or slash at the end: ghcr.io/acme; write "ghcr.io/acme"',
    ],
  },
  {
    title: 'upper case in the registry',
    text: `${GOOD}registry: ghcr.io/Acme\n`,
    error: [
      'strata.yaml:14:11: "ghcr.io/Acme" is not a registry; expected a host with the path that all images share, without scheme, tag or slash at the end: ghcr.io/acme; repositories are lower case',
    ],
  },
  {
    title: 'a tag in the registry',
    text: `${GOOD}registry: ghcr.io/acme:1\n`,
    error: [
      'strata.yaml:14:11: "ghcr.io/acme:1" is not a registry; expected a host with the path that all images share, without scheme, tag or slash at the end: ghcr.io/acme',
    ],
  },
  {
    title: 'a colon in the image',
    text: `${GOOD}image: "{name}:latest"\n`,
    error: [
      'strata.yaml:14:8: "{name}:latest" is not an image template; expected lower-case letters, digits, "_", ".", "-", "/" and placeholders in braces, such as {name}; the tag belongs in "tags", the registry in "registry"',
    ],
  },
  {
    title: 'upper case in a name',
    text: 'version: 1\nname: LLM Factory\n',
    error: [
      'strata.yaml:2:7: "LLM Factory" is not a factory name; expected lower-case letters, digits, "_", "." and "-", beginning with a letter, a digit or "_", 80 at most; write "llm-factory"',
    ],
  },
  {
    title: 'an empty name',
    text: 'version: 1\nname:\n',
    error: [
      'strata.yaml:2:6: "name" is empty; expected a factory name: lower-case letters, digits, "_", "." and "-", beginning with a letter, a digit or "_", 80 at most',
    ],
  },
  {
    title: 'an empty text',
    text: 'version: 1\nname: ""\n',
    error: [
      'strata.yaml:2:7: a factory name cannot be empty; expected lower-case letters, digits, "_", "." and "-", beginning with a letter, a digit or "_", 80 at most',
    ],
  },
  {
    title: 'a reserved layer name',
    text: `${HEAD}layers:\n  parent: {}\n`,
    error: ['strata.yaml:4:3: "parent" cannot be a layer name: the word is reserved'],
  },
  {
    title: 'a layer named as a key',
    text: `${HEAD}layers:\n  tags: {}\n`,
    error: ['strata.yaml:4:3: "tags" cannot be a layer name: manifests, rules or templates use the word themselves'],
  },
  {
    title: 'a layer named as a placeholder',
    text: `${HEAD}layers:\n  branch: {}\n`,
    error: ['strata.yaml:4:3: "branch" cannot be a layer name: manifests, rules or templates use the word themselves'],
  },
  {
    title: 'a layer name that is no stage name',
    text: `${HEAD}layers:\n  0base: {}\n`,
    error: [
      'strata.yaml:4:3: "0base" is not a layer name; expected lower-case letters, digits, "_", "." and "-", beginning with a letter, 80 at most',
    ],
  },
  {
    title: 'a layer name with a platform',
    text: `${HEAD}layers:\n  core-linux-arm64: {}\n`,
    error: ['strata.yaml:4:3: "core-linux-arm64" cannot be a layer name: a name may not end in a platform'],
  },
  {
    title: 'a reserved manifest id',
    text: `${HEAD}${LAYERS}manifests:\n  run: { base: a }\n`,
    error: ['strata.yaml:13:3: "run" cannot be a manifest id: the word is reserved'],
  },
  {
    title: 'a manifest id with a platform',
    text: `${HEAD}${LAYERS}manifests:\n  web-linux-arm-v7: { base: a }\n`,
    error: ['strata.yaml:13:3: "web-linux-arm-v7" cannot be a manifest id: a name may not end in a platform'],
  },
  {
    title: 'a manifest id that is too long',
    text: `${HEAD}${LAYERS}manifests:\n  ${'x'.repeat(81)}: { base: a }\n`,
    error: [
      'strata.yaml:13:3: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" is not a manifest id; expected lower-case letters, digits, "_", "." and "-", beginning with a letter, a digit or "_", 80 at most',
    ],
  },
  {
    title: 'an upper-case manifest id',
    text: `${HEAD}${LAYERS}manifests:\n  Web: { base: a }\n`,
    error: [
      'strata.yaml:13:3: "Web" is not a manifest id; expected lower-case letters, digits, "_", "." and "-", beginning with a letter, a digit or "_", 80 at most; write "web"',
    ],
  },
  {
    title: 'a platform without system',
    text: `${GOOD}platforms: arm64\n`,
    error: [
      'strata.yaml:14:12: "arm64" is not a platform; expected os/architecture, such as linux/amd64 or linux/arm/v7; write "linux/arm64"',
    ],
  },
  {
    title: 'no platforms',
    text: `${GOOD}platforms: []\n`,
    error: ['strata.yaml:14:12: "platforms" is an empty list; expected a platform or a list of them'],
  },
  {
    title: 'a base image by a name that is no platform',
    text: `${HEAD}layers:\n  base:\n    variants:\n      a: { from: { amd64: "busybox:1" } }\n`,
    error: [
      'strata.yaml:6:20: "amd64" is not a platform; expected os/architecture, such as linux/amd64 or linux/arm/v7; write "linux/amd64"',
    ],
  },
  {
    title: 'an argument name with a dash',
    text: `${GOOD}args: { PIP-INDEX: x }\n`,
    error: [
      'strata.yaml:14:9: "PIP-INDEX" is not an argument name; expected letters, digits and "_", not beginning with a digit; write "PIP_INDEX"',
    ],
  },
  {
    title: 'the parent as an argument',
    text: `${GOOD}args: { PARENT: x }\n`,
    error: ['strata.yaml:14:9: "PARENT" cannot be an argument name: Strata sets it to the layer below'],
  },
  {
    title: 'an argument without a value',
    text: `${GOOD}args: { PIP_INDEX: }\n`,
    error: ['strata.yaml:14:20: "PIP_INDEX" is empty; expected an argument value, or a map by platform'],
  },
  {
    title: 'an argument with a list',
    text: `${GOOD}args: { PIP_INDEX: [a] }\n`,
    error: ['strata.yaml:14:20: "PIP_INDEX" is a list; expected an argument value, or a map by platform'],
  },
  {
    title: 'an argument of two lines',
    text: `${GOOD}args:\n  X: |\n    one\n    two\n`,
    error: ['strata.yaml:15:6: "one\\ntwo\\n" is not an argument value; expected one line of text'],
  },
  {
    title: 'an absolute path',
    text: `${GOOD}context: /srv\n`,
    error: [
      'strata.yaml:14:10: "/srv" is not a path; expected a path inside the workspace, relative to the folder of this file; leave out the "/" at the start',
    ],
  },
  {
    title: 'a backslash in a path',
    text: `${GOOD}context: apps\\web\n`,
    error: [
      'strata.yaml:14:10: "apps\\\\web" is not a path; expected a path inside the workspace, relative to the folder of this file; write "/" instead of "\\"',
    ],
  },
  {
    title: 'a duration without unit',
    text: `${HEAD}layers:\n  base: { max-age: 7, variants: { a: { from: "x:1" } } }\n`,
    error: [
      'strata.yaml:4:20: "max-age" is the number 7; expected a duration: a whole number with m, h or d behind it: 30m, 12h or 7d',
    ],
  },
  {
    title: 'a probe without a time',
    text: `${HEAD}layers:\n  base: { max-age: { probe: ls }, variants: { a: { from: "x:1" } } }\n`,
    error: [
      'strata.yaml:4:20: a max-age has no "every"; expected a duration: a whole number with m, h or d behind it: 30m, 12h or 7d',
    ],
  },
  {
    title: 'a probe of two lines',
    text: `${HEAD}layers:\n  base: { max-age: { every: 7d, probe: "a\\nb" }, variants: { a: { from: "x:1" } } }\n`,
    error: [
      'strata.yaml:4:40: "a\\nb" is not a command; expected one line for the shell of the layer, such as apt-get -s upgrade | grep ^Inst | sort; join lines with && or ;, or call a script that the image has',
    ],
  },
  {
    title: 'a misspelt key of a max-age',
    text: `${HEAD}layers:\n  base: { max-age: { every: 7d, prope: ls }, variants: { a: { from: "x:1" } } }\n`,
    error: ['strata.yaml:4:33: unknown key "prope" in a max-age; expected every or probe; did you mean "probe"?'],
  },
  {
    title: 'a duration with another unit',
    text: `${HEAD}layers:\n  base: { max-age: 1w, variants: { a: { from: "x:1" } } }\n`,
    error: [
      'strata.yaml:4:20: "1w" is not a duration; expected a whole number with m, h or d behind it: 30m, 12h or 7d',
    ],
  },
  {
    title: 'a text for true',
    text: `${HEAD}layers:\n  base: { stable: yes, variants: { a: { from: "x:1" } } }\n`,
    error: ['strata.yaml:4:19: "stable" is "yes"; expected true or false; write true'],
  },
  {
    title: 'a rule without a reason',
    text: `${GOOD}exclude:\n  - { base: a }\n`,
    error: [
      'strata.yaml:15:5: an exclude rule has no "reason"; expected a reason: a sentence that people will read in the job summary',
    ],
  },
  {
    title: 'a map of rules',
    text: `${GOOD}exclude:\n  base: a\n`,
    error: ['strata.yaml:15:3: "exclude" is a map; expected a list, each entry an exclude rule'],
  },
  {
    title: 'a negated glob',
    text: `${GOOD}exclude:\n  - { base: "!a", reason: no }\n`,
    error: [
      'strata.yaml:15:13: "!a" is not a variant or glob; expected a name, or a glob with *, ?, [a-z] or {a,b}; write { not: "a" }',
    ],
  },
  {
    title: 'a selector with another word',
    text: `${GOOD}exclude:\n  - { base: { nto: a }, reason: "no" }\n`,
    error: ['strata.yaml:15:15: unknown key "nto" in a selector; expected not; did you mean "not"?'],
  },
  {
    title: 'a pool without labels',
    text: `${GOOD}pools:\n  linux/amd64: {}\n`,
    error: [
      'strata.yaml:15:16: a pool has no "runs-on"; expected a runner label or a list of them: a label of a GitHub runner, such as ubuntu-24.04',
    ],
  },
  {
    title: 'a pool that is a label',
    text: `${GOOD}pools:\n  linux/amd64: ubuntu-24.04\n`,
    error: [
      'strata.yaml:15:16: "linux/amd64" is "ubuntu-24.04"; expected a pool, a map with runs-on, builder or cache',
    ],
  },
  {
    title: 'a pool with a cache without a repository',
    text: `${GOOD}pools:\n  linux/amd64:\n    runs-on: x\n    cache: {}\n`,
    error: [
      'strata.yaml:17:12: the cache of a pool has no "ref"; expected a cache repository: a repository without tag or digest, such as ghcr.io/acme/llm-factory-cache',
    ],
  },
  {
    title: 'a pool with a tag for a cache',
    text: `${GOOD}pools:\n  linux/amd64:\n    runs-on: x\n    cache: { ref: "eu.example/acme/cache:x" }\n`,
    error: [
      'strata.yaml:17:19: "eu.example/acme/cache:x" is not a cache repository; expected a repository without tag or digest, such as ghcr.io/acme/llm-factory-cache; leave the tag out: Strata names the tags',
    ],
  },
  {
    title: 'a builder with another driver',
    text: `${GOOD}pools:\n  linux/amd64:\n    runs-on: x\n    builder: { driver: dokcer }\n`,
    error: [
      'strata.yaml:17:24: "driver" is "dokcer"; expected docker-container, remote, kubernetes or docker; did you mean "docker"?',
    ],
  },
  {
    title: 'a builder with an option without a value',
    text: `${GOOD}pools:\n  linux/amd64:\n    runs-on: x\n    builder: { driver-opts: [network] }\n`,
    error: ['strata.yaml:17:30: "network" is not a driver option; expected key=value, as in memory=12g'],
  },
  {
    title: 'a builder with a mirror that is a URL',
    text: `${GOOD}pools:\n  linux/amd64:\n    runs-on: x\n    builder: { registry-mirrors: "https://m.example" }\n`,
    error: [
      'strata.yaml:17:34: "https://m.example" is not a registry mirror; expected the host of a mirror of Docker Hub, or registry=mirror; leave the scheme out',
    ],
  },
  {
    title: 'a builder with a secret',
    text: `${GOOD}pools:\n  linux/amd64:\n    runs-on: x\n    builder: { driver: remote, endpoint: "tcp://a:1", tls-key: KEY }\n`,
    error: [
      'strata.yaml:17:55: unknown key "tls-key" in the builder of a pool; expected driver, endpoint, driver-opts, buildkitd-flags, buildkitd-config, buildkitd-config-inline, buildkit-image, registry-mirrors, max-parallelism, nodes, keep-builder or keep-state; TLS material comes from secrets: input tls-ca, tls-cert and tls-key',
    ],
  },
  {
    title: 'a node with a secret',
    text: `${GOOD}pools:\n  linux/amd64:\n    runs-on: x\n    builder: { driver: remote, nodes: [{ endpoint: "tcp://a:1", tls: { ca: CA } }] }\n`,
    error: [
      'strata.yaml:17:65: unknown key "tls" in a node; expected name, endpoint, platforms, driver-opts or buildkitd-flags; TLS material comes from secrets: input tls-ca, tls-cert and tls-key for the first node, variables such as BUILDER_NODE_1_AUTH_TLS_CACERT for the others',
    ],
  },
  {
    title: 'a pool of no platform',
    text: `${GOOD}pools:\n  fast: { runs-on: big }\n`,
    error: [
      'strata.yaml:15:3: "fast" is not a pool; expected a platform, or one with an accelerator: linux/amd64 or linux/amd64+cuda',
    ],
  },
  {
    title: 'an expression in a label',
    text: `${GOOD}pools:\n  linux/amd64: { runs-on: "\${{ vars.RUNNER }}" }\n`,
    error: [
      'strata.yaml:15:27: "${{ vars.RUNNER }}" cannot be a runner label: GitHub expressions are not evaluated in this file',
    ],
  },
  {
    title: 'an unknown backend',
    text: `${GOOD}cache: { backend: regsitry }\n`,
    error: [
      'strata.yaml:14:19: "backend" is "regsitry"; expected registry, local, gha or inline; did you mean "registry"?',
    ],
  },
  {
    title: 'a number for a backend',
    text: `${GOOD}cache: { backend: 1 }\n`,
    error: ['strata.yaml:14:19: "backend" is the number 1; expected registry, local, gha or inline'],
  },
  {
    title: 'a cache ref with a tag',
    text: `${GOOD}cache: { ref: "ghcr.io/acme/cache:main" }\n`,
    error: [
      'strata.yaml:14:15: "ghcr.io/acme/cache:main" is not a cache repository; expected a repository without tag or digest, such as ghcr.io/acme/llm-factory-cache; leave the tag out: Strata names the tags',
    ],
  },
  {
    title: 'keeping nothing',
    text: `${GOOD}retention: { keep-last: 0 }\n`,
    error: ['strata.yaml:14:25: "keep-last" is the number 0; expected a whole number from 1 up'],
  },
  {
    title: 'half a generation',
    text: `${GOOD}retention: { keep-last: 1.5 }\n`,
    error: ['strata.yaml:14:25: "keep-last" is the number 1.5; expected a whole number from 1 up'],
  },
  {
    title: 'a rule that the linter does not have',
    text: `${GOOD}lint: { copy-all-earli: off }\n`,
    error: [
      'strata.yaml:14:9: unknown key "copy-all-earli" in the lint levels; expected all, secret-in-argument, context-not-copied, stale-package-index, unpinned-download, changing-argument, hard-coded-architecture, latest-image, copy-all-early, early-argument, package-leftovers, pip-leftovers, file-modes, too-many-layers or buildkit-check; did you mean "copy-all-early"?',
    ],
  },
  {
    title: 'a level that the linter does not have',
    text: `${GOOD}lint: { copy-all-early: quiet }\n`,
    error: ['strata.yaml:14:25: "copy-all-early" is "quiet"; expected warn, error or off'],
  },
  {
    title: 'slips in the retention',
    text: `${GOOD}retention: { keep: "!main", removed-manifests: delete, removed-grace: 2w, max-deletes: 0 }\n`,
    error: [
      'strata.yaml:14:20: "!main" is not a name or glob; expected an id, a tag or a branch, or a glob with *, ?, [a-z] or {a,b}, such as release/*',
      'strata.yaml:14:48: "removed-manifests" is "delete"; expected keep or prune',
      'strata.yaml:14:71: "2w" is not a duration; expected a whole number with m, h or d behind it: 30m, 12h or 7d',
      'strata.yaml:14:88: "max-deletes" is the number 0; expected a whole number from 1 up',
    ],
  },
  {
    title: 'an owned bake key',
    text: `${GOOD}bake: { shm-size: 2g, tags: [x], cache-to: [] }\n`,
    error: [
      'strata.yaml:14:23: "tags" cannot be set here: Strata sets it for every bake target; leave it out',
      'strata.yaml:14:34: "cache-to" cannot be set here: Strata sets it for every bake target; leave it out',
    ],
  },
  {
    title: 'a list for bake',
    text: `${GOOD}bake: [a]\n`,
    error: ['strata.yaml:14:7: "bake" is a list; expected a map'],
  },
  {
    title: 'a blank in a context name',
    text: `${HEAD}layers:\n  base:\n    variants:\n      a: { from: "x:1", contexts: { "a b": . } }\n`,
    error: [
      'strata.yaml:6:37: "a b" is not a context name; expected a name without blanks or "=", as in COPY --from=<name>',
    ],
  },
  {
    title: 'several problems',
    text: `version: 1\nregistri: ghcr.io\nname: demo\nlayers:\n  base:\n    variants:\n      a: { form: "x:1" }\n  Run: {}\n`,
    error: [
      'strata.yaml:2:1: unknown key "registri" in the factory file; expected version, name, registry, image, tags, id, platforms, context, args, include, layers, manifests, exclude, pools, cache, retention, lint or bake; did you mean "registry"?',
      'strata.yaml:7:12: unknown key "form" in a variant; expected extends, from, fragment, args, contexts, accelerator, requires, test or bake; did you mean "from"?',
      'strata.yaml:8:3: "Run" is not a layer name; expected lower-case letters, digits, "_", "." and "-", beginning with a letter, 80 at most; write "run"',
    ],
  },
  {
    title: 'a list of layers',
    text: `${HEAD}layers:\n  - base\n`,
    error: ['strata.yaml:4:3: "layers" is a list; expected a map by layer name'],
  },
  {
    title: 'manifests without anything',
    text: `${HEAD}${LAYERS}manifests:\n`,
    error: ['strata.yaml:12:11: "manifests" is empty; expected a map by manifest id'],
  },
  {
    title: 'a choice without a value',
    text: `${HEAD}${LAYERS}manifests:\n  one: { base: }\n`,
    error: ['strata.yaml:13:16: "base" is empty; expected a variant or glob or a list of them, or { not: … }'],
  },
  {
    title: 'a variant that is an image',
    text: `${HEAD}layers:\n  base:\n    variants:\n      a: ubuntu:24.04\n`,
    error: ['strata.yaml:6:10: "a" is "ubuntu:24.04"; expected a variant, a map'],
  },
]

/** Values of a wrong shape for which JSON Schema has no words. */
export const unsaidMistakes: readonly Mistake[] = [
  {
    title: 'a retention rule without numbers, and one for an unknown layer',
    text: `${GOOD}retention:\n  rules:\n    - { branches: main }\n    - { layers: bse, keep-last: 1 }\n`,
    error: [
      'strata.yaml:16:7: the rule changes nothing; expected "keep-last" or "expire-after"',
      'strata.yaml:17:17: unknown layer: "bse"; expected base or app; did you mean "base"?',
    ],
  },
  {
    title: 'an unknown platform',
    text: `${GOOD}platforms: [linux/amd46]\n`,
    error: [
      'strata.yaml:14:13: "linux/amd46" is not a platform; expected os/architecture, such as linux/amd64 or linux/arm/v7; did you mean "linux/amd64"?',
    ],
  },
  {
    title: 'a platform in two spellings',
    text: `${HEAD}layers:\n  base:\n    variants:\n      a: { from: { linux/arm64: "x:1", linux/aarch64: "x:2" } }\nmanifests: { one: { base: a } }\n`,
    error: ['strata.yaml:6:40: "linux/aarch64" gives linux/arm64 a second value'],
  },
  {
    title: 'a variable in a base image',
    text: `${HEAD}layers:\n  base:\n    variants:\n      a: { from: "ubuntu:\${VERSION}" }\n`,
    error: [
      'strata.yaml:6:18: "ubuntu:${VERSION}" is not an image reference; expected name[:tag][@sha256:…], such as ubuntu:24.04 or ghcr.io/acme/base:1; variables are not expanded here; write the image out, or by platform as a map',
    ],
  },
  {
    title: 'infinity in bake',
    text: `${GOOD}bake: { x: .inf }\n`,
    error: ['strata.yaml:14:12: .inf is not a number that JSON knows'],
  },
  {
    title: 'a number where a name cannot be one',
    text: `${HEAD}${LAYERS}manifests:\n  one: { base: a, version: -1 }\n`,
    error: ['strata.yaml:13:28: "-1" is not a version; expected letters, digits, "_", ".", "+" and "-", such as 1.4.0'],
  },
]

/** Values that are well shaped and do not fit together. */
export const nameMistakes: readonly Mistake[] = [
  {
    title: 'no layers',
    text: HEAD,
    error: [
      'strata.yaml:1:1: the factory has no layers; expected layers, bottom to top',
      'strata.yaml:1:1: the factory has no manifests; expected manifests: what is to be built',
    ],
  },
  {
    title: 'no manifests',
    text: `${HEAD}${LAYERS}`,
    error: ['strata.yaml:1:1: the factory has no manifests; expected manifests: what is to be built'],
  },
  {
    title: 'a layer without variants',
    text: `${HEAD}layers:\n  base: { stable: true }\nmanifests: { one: { base: a } }\n`,
    error: ['strata.yaml:4:3: layer "base" has no variants; expected variants or variants-from'],
  },
  {
    title: 'an unknown layer',
    text: `${HEAD}${LAYERS}manifests:\n  one: { base: a, apps: web }\n`,
    error: ['strata.yaml:13:19: unknown layer: "apps"; expected base or app; did you mean "app"?'],
  },
  {
    title: 'a misspelt field that could be a layer',
    text: `${HEAD}${LAYERS}manifests:\n  one: { base: a, verison: 1.0 }\n`,
    error: ['strata.yaml:13:19: unknown layer: "verison"; expected base or app; did you mean "version"?'],
  },
  {
    title: 'an unknown variant',
    text: `${HEAD}${LAYERS}manifests:\n  one: { base: a, app: wbe }\n`,
    error: ['strata.yaml:13:24: unknown variant of "app": "wbe"; expected web or job; did you mean "web"?'],
  },
  {
    title: 'a glob without match',
    text: `${HEAD}${LAYERS}manifests:\n  one: { base: "cuda-*" }\n`,
    error: ['strata.yaml:13:16: no variant of "base" matches "cuda-*"; expected a or b'],
  },
  {
    title: 'an unknown variant in a list',
    text: `${HEAD}${LAYERS}manifests:\n  one: { base: [a, c] }\n`,
    error: ['strata.yaml:13:20: unknown variant of "base": "c"; expected a or b; did you mean "a"?'],
  },
  {
    title: 'an unknown variant behind not',
    text: `${GOOD}exclude:\n  - { app: { not: wep }, reason: x }\n`,
    error: ['strata.yaml:15:19: unknown variant of "app": "wep"; expected web or job; did you mean "web"?'],
  },
  {
    title: 'a rule that selects nothing',
    text: `${GOOD}exclude:\n  - reason: x\n`,
    error: ['strata.yaml:15:5: the rule selects nothing; expected a layer or "platform" beside "reason"'],
  },
  {
    title: 'no variant of the lowest layer',
    text: `${HEAD}${LAYERS}manifests:\n  one: { app: web }\n`,
    error: [
      'strata.yaml:13:3: manifest "one" chooses no variant of "base", the lowest layer; expected base: a variant, or "*" for each',
    ],
  },
  {
    title: 'an unknown parent',
    text: `${GOOD}  two: { extends: on }\n`,
    error: ['strata.yaml:14:19: unknown manifest: "on"; expected one; did you mean "one"?'],
  },
  {
    title: 'a circle of manifests',
    text: `${HEAD}${LAYERS}manifests:\n  one: { extends: two, base: a }\n  two: { extends: one }\n`,
    error: ['strata.yaml:13:19: "extends" goes in a circle: one → two → one'],
  },
  {
    title: 'a manifest that extends itself',
    text: `${HEAD}${LAYERS}manifests:\n  one: { extends: one, base: a }\n`,
    error: ['strata.yaml:13:19: "extends" goes in a circle: one → one'],
  },
  {
    title: 'an unknown parent of a variant',
    text: `${HEAD}layers:\n  base:\n    variants:\n      a: { from: "x:1" }\n      b: { extends: c }\nmanifests: { one: { base: a } }\n`,
    error: ['strata.yaml:7:21: unknown variant of "base": "c"; expected a; did you mean "a"?'],
  },
  {
    title: 'a base image in an upper layer',
    text: `${HEAD}layers:\n  base: { variants: { a: { from: "x:1" } } }\n  app: { variants: { web: { from: "y:1" } } }\nmanifests: { one: { base: a } }\n`,
    error: [
      'strata.yaml:5:22: variant "web" has "from", but "app" is not the lowest layer; expected "from" in the lowest layer only',
    ],
  },
  {
    title: 'a lowest variant without a base image',
    text: `${HEAD}layers:\n  base: { variants: { a: {} } }\nmanifests: { one: { base: a } }\n`,
    error: [
      'strata.yaml:4:23: variant "a" of the lowest layer, "base", has no base image; expected from: an image reference',
    ],
  },
  {
    title: 'a stable layer above one that is not',
    text: `${HEAD}layers:\n  base: { variants: { a: { from: "x:1" } } }\n  app: { stable: true, variants: { web: {} } }\nmanifests: { one: { base: a } }\n`,
    error: [
      'strata.yaml:5:18: layer "app" is stable, but "base" below it is not; expected stable layers to be a run from the bottom',
    ],
  },
  {
    title: 'a layer that could be an auxiliary stage',
    text: `${HEAD}layers:\n  core: { variants: { a: { from: "x:1" } } }\n  core.build: { variants: { web: {} } }\nmanifests: { one: { core: a } }\n`,
    error: [
      'strata.yaml:5:3: layer "core.build" could be mistaken for an auxiliary stage of "core"; expected a name that does not begin with "core."',
    ],
  },
  {
    title: 'a requirement of the own layer',
    text: `${HEAD}layers:\n  base: { variants: { a: { from: "x:1", requires: { base: a } } } }\nmanifests: { one: { base: a } }\n`,
    error: ['strata.yaml:4:53: a variant of "base" requires one of its own layer; expected another layer'],
  },
  {
    title: 'an unknown requirement',
    text: `${HEAD}layers:\n  base: { variants: { a: { from: "x:1" } } }\n  app: { variants: { web: { requires: { bas: a } } } }\nmanifests: { one: { base: a } }\n`,
    error: ['strata.yaml:5:41: unknown layer: "bas"; expected base or app; did you mean "base"?'],
  },
  {
    title: 'a path out of the workspace',
    text: `${HEAD}layers:\n  base: { variants: { a: { from: "x:1", fragment: ../a.Dockerfile } } }\nmanifests: { one: { base: a } }\n`,
    error: ['strata.yaml:4:51: "../a.Dockerfile" leaves the workspace; expected a path inside it'],
  },
  {
    title: 'an unknown placeholder of an id',
    text: `${GOOD}id: "{ap}-{base}"\n`,
    error: [
      'strata.yaml:14:5: unknown placeholder {ap} in "{ap}-{base}"; expected {name}, {base} or {app}; did you mean "app"?',
    ],
  },
  {
    title: 'a placeholder that ids do not have',
    text: `${GOOD}id: "{app}-{version}"\n`,
    error: ['strata.yaml:14:5: unknown placeholder {version} in "{app}-{version}"; expected {name}, {base} or {app}'],
  },
  {
    title: 'an unknown placeholder of an image',
    text: `${GOOD}image: "{nam}"\n`,
    error: [
      'strata.yaml:14:8: unknown placeholder {nam} in "{nam}"; expected {name}, {manifest_id}, {base} or {app}; did you mean "name"?',
    ],
  },
  {
    title: 'a placeholder of a run in an image',
    text: `${GOOD}image: "{name}-{sha}"\n`,
    error: [
      'strata.yaml:14:8: unknown placeholder {sha} in "{name}-{sha}"; expected {name}, {manifest_id}, {base} or {app}',
    ],
  },
  {
    title: 'an unknown placeholder of a tag',
    text: `${GOOD}tags: ["{manifestid}"]\n`,
    error: [
      'strata.yaml:14:8: unknown placeholder {manifestid} in "{manifestid}"; expected {name}, {manifest_id}, {version}, {sha}, {short_sha}, {date}, {branch}, {base} or {app}; did you mean "manifest_id"?',
    ],
  },
  {
    title: 'an unknown placeholder of an own tag',
    text: `${HEAD}${LAYERS}manifests:\n  one: { base: a, tags: "{layer}" }\n`,
    error: [
      'strata.yaml:13:25: unknown placeholder {layer} in "{layer}"; expected {name}, {manifest_id}, {version}, {sha}, {short_sha}, {date}, {branch}, {base} or {app}',
    ],
  },
  {
    title: 'a platform that is not the factory’s',
    text: `${HEAD}platforms: [linux/amd64, linux/arm64]\n${LAYERS}manifests:\n  one: { base: a, platforms: linux/arm/v7 }\n`,
    error: [
      'strata.yaml:14:30: the factory does not build for linux/arm/v7; expected linux/amd64 or linux/arm64; did you mean "linux/arm64"?',
    ],
  },
  {
    title: 'a remote builder that is nowhere',
    text: `${GOOD}pools:\n  linux/amd64:\n    runs-on: x\n    builder: { driver: remote }\n`,
    error: [
      'strata.yaml:17:14: the driver is remote, and no BuildKit is named; expected "endpoint", such as tcp://buildkit.example:1234, or "nodes"',
    ],
  },
  {
    title: 'settings that say nothing to a driver',
    text: `${GOOD}pools:\n  linux/amd64:\n    runs-on: x\n    builder: { driver: remote, endpoint: "tcp://a:1", registry-mirrors: [m.example], max-parallelism: 2 }\n`,
    error: [
      'strata.yaml:17:74: "registry-mirrors" says nothing to the driver remote; leave it out',
      'strata.yaml:17:103: "max-parallelism" says nothing to the driver remote; leave it out',
    ],
  },
  {
    title: 'two configs of a builder',
    text: `${GOOD}pools:\n  linux/amd64:\n    runs-on: x\n    builder: { buildkitd-config: a.toml, buildkitd-config-inline: "debug = true" }\n`,
    error: ['strata.yaml:17:67: "buildkitd-config" and "buildkitd-config-inline" are both here; expected one of them'],
  },
  {
    title: 'nodes that nobody could use',
    text: `${GOOD}pools:\n  linux/amd64:\n    runs-on: x\n    builder: { nodes: [{ name: a }, { name: a, endpoint: "ssh://a", platforms: linux/arm64 }] }\n`,
    error: [
      'strata.yaml:17:24: the node has no "endpoint"; expected ssh://…',
      'strata.yaml:17:24: the node has no "platforms"; expected those that it is to build',
      'strata.yaml:17:45: node "a" is here a second time; the first is at strata.yaml:17:32',
    ],
  },
  {
    title: 'a config that is not in the workspace',
    text: `${GOOD}pools:\n  linux/amd64:\n    runs-on: x\n    builder: { buildkitd-config: "../a.toml" }\n`,
    error: ['strata.yaml:17:34: "../a.toml" leaves the workspace; expected a path inside it'],
  },
  {
    title: 'a pool in two spellings',
    text: `${GOOD}pools:\n  linux/arm64: { runs-on: a }\n  linux/aarch64: { runs-on: b }\n`,
    error: ['strata.yaml:16:3: pool "linux/arm64" is here a second time; the first is at strata.yaml:15:3'],
  },
  {
    title: 'a mistake behind an alias',
    text: `${HEAD}${LAYERS}manifests:\n  one: &one { base: c }\n  two: *one\n  three: { <<: *one, app: web }\n`,
    error: ['strata.yaml:13:21: unknown variant of "base": "c"; expected a or b; did you mean "a"?'],
  },
]

/** Factories that are right by themselves and come to nothing that can be built. */
export const expansionMistakes: readonly Mistake[] = [
  {
    title: 'named and excluded by a rule',
    text: `${GOOD}exclude:\n  - { base: a, app: web, reason: "web needs libc" }\n`,
    error: [
      'strata.yaml:13:3: manifest "one" is written out by name and excluded: web needs libc; see strata.yaml:15:5',
    ],
  },
  {
    title: 'named and excluded by a requirement',
    text: `${HEAD}layers:\n  base: { variants: { a: { from: "x:1" }, b: { from: "x:2" } } }\n  app: { variants: { web: { requires: { base: b } } } }\nmanifests:\n  one: { base: a, app: web }\n`,
    error: [
      'strata.yaml:7:3: manifest "one" is written out by name and excluded: app web requires base b, but it is a; see strata.yaml:5:22',
    ],
  },
  {
    title: 'named and a requirement of a layer that is not there',
    text: `${HEAD}layers:\n  base: { variants: { a: { from: "x:1" } } }\n  mid: { variants: { m: {} } }\n  app: { variants: { web: { requires: { mid: "*" } } } }\nmanifests:\n  one: { base: a, app: web }\n`,
    error: [
      'strata.yaml:8:3: manifest "one" is written out by name and excluded: app web requires mid *, but there is none; see strata.yaml:6:22',
    ],
  },
  {
    title: 'named and two accelerators',
    text: `${HEAD}layers:\n  base: { variants: { a: { from: "x:1", accelerator: cuda } } }\n  app: { variants: { web: { accelerator: rocm } } }\nmanifests:\n  one: { base: a, app: web }\n`,
    error: [
      'strata.yaml:7:3: manifest "one" is written out by name and excluded: base a needs cuda, app web needs rocm; see strata.yaml:5:22',
    ],
  },
  {
    title: 'named without a base for any platform',
    text: `${HEAD}layers:\n  base: { variants: { a: { from: { linux/arm64: "x:1" } } } }\nmanifests:\n  one: { base: a }\n`,
    error: [
      'strata.yaml:6:3: manifest "one" is written out by name and excluded: base a has no base for linux/amd64; see strata.yaml:4:23',
    ],
  },
  {
    title: 'nothing left',
    text: `${HEAD}${LAYERS}manifests:\n  all: { base: "*", app: "*" }\nexclude:\n  - { base: a, reason: "a is old" }\n  - { app: "*", reason: "no apps today" }\n`,
    error: [
      'strata.yaml:15:5: nothing is left to build: all 4 combinations are excluded; strata.yaml:15:5 (a is old) excludes 2, strata.yaml:16:5 (no apps today) excludes 2',
    ],
  },
  {
    title: 'an id template that forgets a layer',
    text: `${HEAD}id: "{app}"\n${LAYERS}manifests:\n  all: { base: "*", app: "*" }\n`,
    error: [
      'strata.yaml:14:3: two combinations get the id "web", one with base a, one with base b (and 1 more such pair); add {base} to the id template, now "{app}"',
    ],
  },
  {
    title: 'an id that is a name',
    text: `${HEAD}id: "{app}"\n${LAYERS}manifests:\n  web: { base: a }\n  all: { base: b, app: "*" }\n`,
    error: [
      'strata.yaml:15:3: manifest "web" at strata.yaml:14:3 and manifest "all" give the id "web" to different images; rename the one that is written out',
    ],
  },
  {
    title: 'ids that differ in arguments alone',
    text: `${HEAD}${LAYERS}manifests:\n  all: { base: [a, b] }\n  more: { base: "*", args: { X: 1 } }\n`,
    error: [
      'strata.yaml:14:3: manifest "all" at strata.yaml:13:3 and manifest "more" give the id "a" to different images; write one of them out by name, without lists and globs',
    ],
  },
  {
    title: 'separators that names hold',
    text: `${HEAD}id: "{app}-{base}"\nlayers:\n  base: { variants: { a: { from: "x:1" }, b-a: { from: "x:1" } } }\n  app: { variants: { web-b: {}, web: {} } }\nmanifests:\n  all: { base: "*", app: "*" }\n`,
    error: [
      'strata.yaml:8:3: two combinations get the id "web-b-a", one with base a, app web-b, one with base b-a, app web; put other separators into the id template, now "{app}-{base}"',
    ],
  },
  {
    title: 'an expanded id that is reserved',
    text: `${HEAD}id: "{app}"\nlayers:\n  base: { variants: { a: { from: "x:1" } } }\n  app: { variants: { run: {}, web: {} } }\nmanifests:\n  all: { base: a, app: "*" }\n`,
    error: [
      'strata.yaml:8:3: "run", which the id template "{app}" makes of manifest "all", cannot be an id: the word is reserved; change the template',
    ],
  },
  {
    title: 'an expanded id that begins with a dot',
    text: `${HEAD}id: ".{app}"\n${LAYERS}manifests:\n  all: { base: a, app: "*" }\n`,
    error: [
      'strata.yaml:14:3: ".web", which the id template ".{app}" makes of manifest "all", cannot be an id: an id begins with a letter, a digit or "_"; change the template',
    ],
  },
  {
    title: 'a tag for two',
    text: `${HEAD}tags: latest\n${LAYERS}manifests:\n  one: { base: a, app: web }\n  two: { base: b, app: web }\n`,
    error: [
      'strata.yaml:15:3: manifests "one" and "two" both get the tag demo:latest; add {manifest_id} to the tag template',
    ],
  },
  {
    title: 'a tag that is too long',
    text: `${HEAD}tags: "{manifest_id}-{manifest_id}"\n${LAYERS}manifests:\n  ${'long'.repeat(20)}: { base: a }\n`,
    error: [
      'strata.yaml:14:3: the tag template "{manifest_id}-{manifest_id}" makes "longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglong-longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglong" of manifest "longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglong"; expected a tag: 128 characters at most, beginning with a letter, a digit or "_"',
    ],
  },
  {
    title: 'an image that is no repository',
    text: `${HEAD}image: "{name}/{base}-"\n${LAYERS}manifests:\n  one: { base: a }\n`,
    error: [
      'strata.yaml:14:3: the image template "{name}/{base}-" makes "demo/a-" of manifest "one"; expected a repository: parts of lower-case letters and digits, joined by one ".", "_", "-" or "/"',
    ],
  },
  {
    title: 'a cache among images',
    text: `${HEAD}registry: ghcr.io/acme\ncache: { ref: ghcr.io/acme/demo }\n${LAYERS}manifests:\n  one: { base: a }\n`,
    error: [
      'strata.yaml:15:3: the cache and the image of manifest "one" share the repository ghcr.io/acme/demo; give cache.ref a repository of its own',
    ],
  },
  {
    title: 'too many combinations',
    text: `${HEAD}layers:\n${Array.from({ length: 5 }, (_, l) => `  l${l}: { variants: { ${Array.from({ length: 10 }, (_, v) => `v${v}: ${l === 0 ? '{ from: "x:1" }' : '{}'}`).join(', ')} } }\n`).join('')}manifests:\n  all: { ${Array.from({ length: 5 }, (_, l) => `l${l}: "*"`).join(', ')} }\n`,
    error: [
      'strata.yaml:10:3: manifest "all" stands for 100000 combinations; expected 50000 at most; choose fewer variants instead of "*"',
    ],
  },
]
