import { foldFile } from './progress-reading.ts'
import { streamTargets } from './progress-stream.ts'

/*
 * node bench/progress-peak.ts FILE SEED     folds a stream of that seed once, in a process of its own
 *
 * Prints the highest memory of the process in MiB, that of Node and of the build's own description included.
 */

const [, , file = '', seed] = process.argv
foldFile(file, streamTargets(Number(seed)))
process.stdout.write(`${process.resourceUsage().maxRSS / 1024}\n`)
