import { describe, expect, test } from '@jest/globals'
import { renderSmokeBuild, smokeArguments } from '../../src/render/smoke-build.ts'
import { parseBinfmtHandler } from '../../src/plan/emulation.ts'

const PLATFORMS = ['amd64', '386', 'arm64', 'arm/v7', 'riscv64', 'ppc64le', 's390x', 'mips64', 'mips64le', 'loong64']

describe('renderSmokeBuild', () => {
  test.each(PLATFORMS)('has a program that the kernel takes for linux/%s', (name) => {
    const { program, dockerfile } = renderSmokeBuild(`linux/${name}`) ?? { program: new Uint8Array(), dockerfile: '' }
    const magic = Buffer.from(program.subarray(0, 20)).toString('hex')
    const handler = parseBinfmtHandler('x', `enabled\nmagic ${magic}\n`)
    expect(handler.architecture).toBe(name.split('/')[0])
    expect(program.length).toBeLessThan(140)
    expect(dockerfile).toBe('FROM scratch\nCOPY exit /exit\nRUN ["/exit"]\n')
  })

  test.each(['windows/amd64', 'linux/vax'])('has none for %s', (platform) => {
    expect(renderSmokeBuild(platform)).toBeUndefined()
  })
})

test('the build runs its step every time and keeps no image', () => {
  expect(smokeArguments('b', 'linux/arm64', '/t/smoke').join(' ')).toBe(
    'buildx build --builder b --platform linux/arm64 --no-cache --output type=cacheonly --provenance=false --sbom=false --progress=plain /t/smoke',
  )
})
