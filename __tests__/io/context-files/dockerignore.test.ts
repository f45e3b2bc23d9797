import { describe, expect, test } from '@jest/globals'
import {
  type Dockerignore,
  NOT_IGNORED,
  parseDockerignore,
  type Verdict,
} from '../../../src/io/context-files/dockerignore.ts'

/** The verdict on a path, from the root down as a walk comes to it. */
const judge = (ignore: Dockerignore, path: string): Verdict => {
  const parts = path.split('/')
  return parts.reduce(
    (verdict, _part, index) => ignore.judge(parts.slice(0, index + 1).join('/'), verdict),
    NOT_IGNORED,
  )
}

const ignores = (lines: readonly string[], path: string): boolean =>
  judge(parseDockerignore(lines.join('\n')), path).ignored

describe('patterns', () => {
  // Most of them stand in patternmatcher_test.go, the rest in Docker's documentation of .dockerignore.
  test.each([
    ['**', 'file', true],
    ['**', 'dir/file', true],
    ['**/', 'dir/file', true],
    ['**/**', 'dir/file', true],
    ['dir/**', 'dir/file', true],
    ['dir/**', 'dir/dir2/file', true],
    ['dir/**', 'dir', false],
    ['dir', 'dir/file', true],
    ['dir', 'dir2/file', false],
    ['dir/', 'dir/file', true],
    ['**/dir', 'dir/file', true],
    ['**/dir2/*', 'dir/dir2/file', true],
    ['**/dir2/*', 'dir/dir2/dir2/file', true],
    ['**/dir2/**', 'dir/dir2/dir2/file', true],
    ['**/dir2', 'dir/file', false],
    ['**file', 'file', true],
    ['**file', 'dir/file', true],
    ['**file', 'dir/afile', true],
    ['**/file', 'dir/afile', false],
    ['**/file', 'dir/dir/file', true],
    ['**/file*', 'dir/dir/file.txt', true],
    ['**/file*txt', 'dir/dir/file.txt', true],
    ['**/file*.txt', 'dir/dir/file.txt', true],
    ['**/file*.txt*', 'dir/dir/file.txt', true],
    ['**/**/*.txt', 'dir/dir/file.txt', true],
    ['**/**/*.txt2', 'dir/dir/file.txt', false],
    ['**/*.txt', 'file.txt', true],
    ['**/**/*.txt', 'file.txt', true],
    ['a**/*.txt', 'a/file.txt', true],
    ['a**/*.txt', 'a/dir/file.txt', true],
    ['a**/*.txt', 'a/dir/dir/file.txt', true],
    ['a/*.txt', 'a/dir/file.txt', false],
    ['a/*.txt', 'a/file.txt', true],
    ['a/*.txt**', 'a/file.txt', true],
    ['a[b-d]e', 'ae', false],
    ['a[b-d]e', 'ace', true],
    ['a[b-d]e', 'aae', false],
    ['a[^b-d]e', 'aze', true],
    ['.*', '.foo', true],
    ['.*', 'foo', false],
    ['abc.def', 'abcdef', false],
    ['abc.def', 'abc.def', true],
    ['abc?def', 'abcZdef', true],
    ['abc?def', 'abcdef', false],
    ['a?c', 'a😀c', true],
    [String.raw`a\*b`, 'a*b', true],
    [String.raw`a\*b`, 'aab', false],
    [String.raw`[\]]x`, ']x', true],
    [String.raw`[a\-c]x`, 'bx', false],
    ['**/foo/bar', 'foo/bar', true],
    ['**/foo/bar', 'dir/foo/bar', true],
    ['abc/**', 'abc/def/ghi', true],
    ['**/.foo', '.foo', true],
    ['**/.foo', 'bar.foo', false],
    ['a(b)c/def', 'a(b)c/def', true],
    ['a(b)c/def', 'a(b)c/xyz', false],
    ['a.|)$(}+{bc', 'a.|)$(}+{bc', true],
    [
      'dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl',
      'dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl',
      true,
    ],
    ['dist/*.whl', 'dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl', true],
    ['*/temp*', 'a/temp1', true],
    ['*/temp*', 'a/b/temp1', false],
    ['*/*/temp*', 'a/b/temp1', true],
    ['Dir', 'dir', false],
    ['/dir', 'dir/file', true],
    ['./dir', 'dir', true],
    ['dir/../other', 'other', true],
    ['../dir', 'dir', false],
    ['/', 'dir', false],
    ['.', 'dir', false],
    ['dir [x', 'dir [x', false],
    ['[z-a]', 'z', false],
  ])('%s and %s: %j', (pattern, path, expected) => {
    expect(ignores([pattern], path)).toBe(expected)
  })
})

describe('lines', () => {
  test.each<[string, readonly string[], string, boolean]>([
    ['a comment', ['#a'], '#a', false],
    ['a comment that is none, for it does not begin the line', [' #a'], '#a', true],
    ['blanks around', ['  a\t'], 'a', true],
    ['blanks behind an exception', ['a', '!  a  '], 'a', false],
    ['nothing', ['', '   '], 'a', false],
    ['an exception from nothing', ['!', '! '], 'a', false],
    ['a byte order mark', ['\uFEFFa'], 'a', true],
    ['line ends of Windows', ['a\r', 'b\r'], 'a', true],
    ['an exception after', ['*.md', '!README.md'], 'README.md', false],
    ['an exception before', ['!README.md', '*.md'], 'README.md', true],
    ['the last one that matches', ['*.md', '!README*.md', 'README-secret.md'], 'README-secret.md', true],
    [
      'the last one that matches, the other way',
      ['*.md', 'README-secret.md', '!README*.md'],
      'README-secret.md',
      false,
    ],
    ['all but a folder', ['*', '!src'], 'src/a/b', false],
    ['all but a folder: another', ['*', '!src'], 'test/a', true],
    ['all but a file deep down', ['*', '!src/a/b'], 'src/a/b', false],
    ['all but a file deep down: beside it', ['*', '!src/a/b'], 'src/a/c', true],
    ['an absolute exception', ['*', '!/src'], 'src/a', false],
    ['ignored again below an exception', ['*', '!src', 'src/*.log'], 'src/a.log', true],
    ['ignored again anywhere', ['*', '!src', '**/*.log'], 'src/deep/a.log', true],
    // MatchesUsingParentResults does not ask a line that changes nothing for a folder, so it is new below it.
    ['a line twice, with an exception between', ['dir', '!dir/a', 'dir'], 'dir/a', false],
  ])('%s', (_description, lines, path, expected) => {
    expect(ignores(lines, path)).toBe(expected)
  })
})

describe('mayExceptBelow', () => {
  test.each<[readonly string[], string, boolean]>([
    [['*'], 'a', false],
    [['*', '!b'], 'a', false],
    [['*', '!a/b/c'], 'a', true],
    [['*', '!a/b/c'], 'a/b', true],
    [['*', '!a/b/c'], 'a/b/c', false],
    [['*', '!a/b/c'], 'a/x', false],
    [['*', '!*/c'], 'a', true],
    [['*', '!*/c'], 'a/b', false],
    [['*', '!a?/c'], 'ab', true],
    [['*', '!a?/c'], 'a', false],
    [['*', '!**/c'], 'a/b/x', true],
    [['*', '!a/**'], 'a/b/x', true],
    [['*', '!a/**'], 'b', false],
  ])('%j: below %s %j', (lines, folder, expected) => {
    expect(parseDockerignore(lines.join('\n')).mayExceptBelow(folder)).toBe(expected)
  })
})
