import type { Io } from '../../io/io.ts'
import { applyStatus, applyText, type Fold } from '../../progress/fold.ts'
import { createLiveLog, heartBeats, liveLines } from '../../progress/live-log.ts'
import { createStatusStream, type StatusStream } from '../../progress/status-stream.ts'
import type { StitchedStep } from '../../render/stitched.ts'

/** A target whose steps are followed, and what the log calls it. */
export type FollowedTarget = {
  readonly target: string
  readonly steps: readonly StitchedStep[]
  readonly title: string
}

/** How often running steps are looked at, ms. */
const HEART_BEAT_MS = 5_000

/**
 * Folds a progress stream and says what happened as it happens; a timer gives signs of life of steps that run for long.
 * The stream must be ended, or the timer keeps the process alive.
 */
export const followProgress = (targets: readonly FollowedTarget[], fold: Fold, io: Io): StatusStream => {
  const titles = new Map(targets.map(({ target, title }) => [target, title]))
  const log = createLiveLog(fold, { targets, label: (target) => titles.get(target) ?? target })
  const say = (lines: readonly string[]): void => {
    lines.forEach(io.actions.info)
  }
  const stream = createStatusStream({
    status: (status) => {
      applyStatus(fold, status)
      say(liveLines(log, status))
    },
    text: (line) => {
      applyText(fold, line)
    },
  })
  const stopBeating = io.clock.every(HEART_BEAT_MS, () => {
    say(heartBeats(log, io.clock.now().getTime()))
  })
  return {
    write: stream.write,
    end: () => {
      stopBeating()
      stream.end()
    },
  }
}
