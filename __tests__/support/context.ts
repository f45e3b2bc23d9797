import type { Context } from '../../src/io/context.ts'
import { parseRunEvent } from '../../src/plan/event.ts'

/** The context of a run on one's own machine, with these variables. */
export const literalContext = (env: NodeJS.ProcessEnv = {}, signal = new AbortController().signal): Context => ({
  workspace: '/workspace',
  temporary: '/tmp',
  event: parseRunEvent({}, undefined),
  run: {},
  useBuildx: true,
  env,
  signal,
})
