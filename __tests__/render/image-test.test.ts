import { expect, test } from '@jest/globals'
import { renderImageTest } from '../../src/render/image-test.ts'

test('tests are RUNs on the image in exec form, in which nothing is a heredoc or a line of its own', () => {
  const command = ['sh', '-c', 'cat <<X\n"$HOME" \\']
  expect(renderImageTest([{ command }, { script: 'tests/smoke' }]).split('\n')).toEqual([
    'FROM strata-image',
    String.raw`RUN ["sh","-c","cat \u003c\u003cX\n\"$HOME\" \\"]`,
    'RUN --mount=type=bind,source=script-1,target=/strata-test ["/strata-test"]',
    '',
  ])
})
