import { expect } from '@jest/globals'
import { readdirSync } from 'node:fs'
import { listPushedTags } from './registry-content.ts'
import { runBuild } from './run-action.ts'
import type { Workspace } from './workspace.ts'

/** `serve` and `train` for both platforms. */
const TAGS = ['serve-linux-amd64', 'serve-linux-arm64', 'train-linux-amd64', 'train-linux-arm64']

/** Builds both apps for both platforms, on a builder that the inputs and variables choose. */
export const buildApps = async (
  space: Workspace,
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
) => {
  const { code, errors, results, log, state } = await runBuild(space, {
    inputs: { builder: '', push: 'true', ...inputs },
    env,
  })
  expect({ code, errors }).toEqual({ code: 0, errors: [] })
  expect(await listPushedTags(space.image)).toEqual(TAGS)
  expect(readdirSync(space.temporary).filter((name) => /^(?:builder|smoke)-/.test(name))).toEqual([])
  return { builder: results.builder, log, state }
}
