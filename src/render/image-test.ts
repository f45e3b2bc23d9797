import type { ImageTest } from '../factory/factory.ts'

/** Name under which a test's Dockerfile knows the image. */
export const TESTED_IMAGE = 'strata-image'

/** Name of the script of the test with an index, in the test's context. */
export const scriptName = (index: number): string => `script-${index}`

const SCRIPT = '/strata-test'

/** An argument array in JSON, in which nothing begins a heredoc for the Dockerfile's parser. */
const renderWords = (words: readonly string[]): string => JSON.stringify(words).replaceAll('<', '\\u003c')

/**
 * A Dockerfile that runs tests in an image, each as a RUN in exec form: as the image's user, in its folder and with its
 * environment, as its own result says them, and without its entrypoint and any shell.
 */
export const renderImageTest = (tests: readonly ImageTest[]): string => {
  const steps = tests.map((test, index) =>
    'script' in test
      ? `RUN --mount=type=bind,source=${scriptName(index)},target=${SCRIPT} ${renderWords([SCRIPT])}`
      : `RUN ${renderWords(test.command)}`,
  )
  return [`FROM ${TESTED_IMAGE}`, ...steps, ''].join('\n')
}
