import { describe, expect, test } from '@jest/globals'
import { renderCode, renderCodeList, renderFence, renderText } from '../../src/report/markdown.ts'

describe('renderText', () => {
  test.each([
    ['plain words, dots. (brackets)', 'plain words, dots. (brackets)'],
    ['a|b', 'a&#124;b'],
    ['a\\|b', 'a&#92;&#124;b'],
    ['two\r\nlines\tand  blanks', 'two lines and blanks'],
    ['&#12; &GH-1', '&#38;#&#8203;12; &#38;GH-&#8203;1'],
    ['<b>&amp;', '&#60;b&#62;&#38;amp;'],
    ['write_package _x_', 'write_package &#95;x&#95;'],
    ['::error::x', '&#58;:error&#58;:x'],
    ['##[error]', '##&#91;error&#93;'],
    ['https://example.com www.example.com', 'https&#58;//example.com www&#46;example.com'],
    ['@octocat', '&#64;&#8203;octocat'],
    ['#12 a/b#12 GH-3 # 4 sigh-5', '#&#8203;12 a/b#&#8203;12 GH-&#8203;3 # 4 sigh-5'],
    ['evil\u202egpj', 'evil&#92;u{202e}gpj'],
    ['zero\u200bwidth', 'zero&#92;u{200b}width'],
    ['👩‍🚀', '👩‍🚀'],
  ])('%j is %j', (value, expected) => {
    expect(renderText(value)).toBe(expected)
  })

  test('cuts what is longer than a reference can be', () => {
    expect(renderText('a'.repeat(600))).toBe(`${'a'.repeat(499)}…`)
  })
})

describe('renderCode', () => {
  test.each([
    ['linux/arm64', '`linux/arm64`'],
    ['ubuntu:24.04@sha256:0a1b', '`ubuntu:24.04@sha256:0a1b`'],
    ['RUN apt-get update', '`RUN apt-get update`'],
    ['a|b', '<code>a&#124;b</code>'],
    ['a`b', '<code>a&#96;b</code>'],
    ['cuda-*', '<code>cuda-&#42;</code>'],
    ['', '<code></code>'],
  ])('%j is %j', (value, expected) => {
    expect(renderCode(value)).toBe(expected)
  })
})

describe('renderCodeList', () => {
  test.each([
    [['a'], '`a`'],
    [['a', 'b'], '`a`, `b`'],
    [['a', 'b', 'c'], '`a`, `b` and 1 more'],
  ])('%j', (names, expected) => {
    expect(renderCodeList(names, 2)).toBe(expected)
  })
})

describe('renderFence', () => {
  test.each([
    ['plain', ['a', 'b'], '```text\na\nb\n```'],
    ['longer than the backticks inside', ['````', 'x'], '`````text\n````\nx\n`````'],
    ['several lines in one', ['a\nb'], '```text\na\nb\n```'],
    ['colours', ['\u001b[1;31mred\u001b[0m'], '```text\nred\n```'],
    ['progress that overwrites itself', ['10%\r50%\r100%\r'], '```text\n100%\n```'],
    ['workflow commands', ['  ::error::x', 'x ##[error]'], '```text\n  :\u200b:error::x\nx ##\u200b[error]\n```'],
    ['invisible characters, tabs apart', ['a\tb\u202ec'], '```text\na\tb\\u{202e}c\n```'],
  ])('%s', (_, lines, expected) => {
    expect(renderFence(lines)).toBe(expected)
  })
})
