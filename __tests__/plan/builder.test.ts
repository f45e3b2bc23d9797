import { describe, expect, test } from '@jest/globals'
import { chooseBuilder, type Builder, type BuilderWishes } from '../../src/plan/builder.ts'

const builder = (name: string, changes: Partial<Builder> = {}): Builder => ({
  name,
  driver: 'docker-container',
  current: false,
  platforms: ['linux/amd64'],
  ...changes,
})

const wishes = (changes: Partial<BuilderWishes> = {}): BuilderWishes => ({
  platforms: ['linux/amd64'],
  registryCache: true,
  containerdStore: true,
  ...changes,
})

const ENGINE = builder('default', { driver: 'docker', current: true, platforms: ['linux/amd64', 'linux/386'] })
const CONTAINER = builder('strata', { current: true })

describe('without a name', () => {
  test.each([
    { what: 'the current one', builders: [builder('other'), CONTAINER], given: wishes(), used: CONTAINER },
    { what: 'the engine with containerd', builders: [ENGINE], given: wishes(), used: ENGINE },
    {
      what: 'the engine without containerd when no registry cache is asked for',
      builders: [ENGINE],
      given: wishes({ containerdStore: false, registryCache: false }),
      used: ENGINE,
    },
    {
      what: 'one with emulators that its list leaves out',
      builders: [CONTAINER],
      given: wishes({ platforms: ['linux/arm64'] }),
      used: CONTAINER,
    },
  ])('uses $what', ({ builders, given, used }) => {
    expect(chooseBuilder(builders, given)).toEqual({ kind: 'use', builder: used, reason: 'the current builder' })
  })

  test.each([
    { why: 'there is no current builder', builders: [builder('other')], given: wishes() },
    {
      why: 'the current builder default cannot export registry cache: its Docker engine does not use the containerd image store',
      builders: [ENGINE],
      given: wishes({ containerdStore: false }),
    },
    {
      why: 'the current builder default cannot build linux/arm64, only linux/amd64, linux/386',
      builders: [ENGINE],
      given: wishes({ platforms: ['linux/amd64', 'linux/arm64'] }),
    },
    {
      why: 'the current builder strata cannot be reached: no route to host',
      builders: [builder('strata', { current: true, error: 'no route to host' })],
      given: wishes(),
    },
  ])('makes one: $why', ({ why, builders, given }) => {
    expect(chooseBuilder(builders, given)).toEqual({ kind: 'create', reason: why })
  })
})

describe('with a name', () => {
  test('uses that one, whichever is current', () => {
    const mine = builder('mine')
    const choice = chooseBuilder([CONTAINER, mine], wishes({ name: 'mine' }))
    expect(choice).toEqual({ kind: 'use', builder: mine, reason: 'named by input builder' })
  })

  test.each([
    {
      what: 'a name that nobody has',
      builders: [CONTAINER, ENGINE],
      given: wishes({ name: 'mine' }),
      message: 'there is no builder mine; docker buildx ls has strata, default',
    },
    {
      what: 'any name where there is no builder',
      builders: [],
      given: wishes({ name: 'mine' }),
      message: 'there is no builder mine; docker buildx ls has none',
    },
    {
      what: 'one that cannot do it, rather than take another',
      builders: [CONTAINER, ENGINE],
      given: wishes({ name: 'default', platforms: ['linux/arm64'] }),
      message:
        'builder default cannot build linux/arm64, only linux/amd64, linux/386; name another one, or leave input builder out',
    },
  ])('refuses $what', ({ builders, given, message }) => {
    expect(chooseBuilder(builders, given)).toEqual({ kind: 'refuse', message })
  })
})
