import { afterEach, expect } from '@jest/globals'
import type { Exchange } from './github-answers.ts'
import { contractProblems } from './github-contract.ts'

/** A fake of GitHub that remembers what it was asked and what it answered. */
type Service = { readonly exchanges: readonly Exchange[]; readonly close: () => Promise<void> }

/**
 * Keeps the fakes that a test starts: behind each test they are closed, and everything that was said has to be by GitHub's
 * own description.
 */
export const keepServices = (): (<T extends Service>(service: T) => T) => {
  let services: Service[] = []
  afterEach(async () => {
    const problems = services.flatMap(({ exchanges }) => contractProblems(exchanges))
    for (const { close } of services) await close()
    services = []
    expect(problems).toEqual([])
  })
  return (service) => {
    services.push(service)
    return service
  }
}
