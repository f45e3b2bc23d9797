/** Operating systems and architectures that Go, and so BuildKit, knows: `go tool dist list`. */
export const SYSTEMS = ['linux', 'windows', 'darwin', 'freebsd', 'netbsd', 'openbsd', 'wasip1']

/** Architectures of the same list. */
export const ARCHITECTURES =
  '386 amd64 arm arm64 loong64 mips mipsle mips64 mips64le ppc64 ppc64le riscv64 s390x wasm'.split(' ')
