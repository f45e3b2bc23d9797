import fc from 'fast-check'

/** Names that try to be something other than a name. */
export const HOSTILE = {
  pipe: 'a|b',
  'escaped pipe': 'a\\|b',
  backticks: '``` `x` ```',
  html: '<img src=x onerror=alert(1)></details>',
  newline: 'a\n| b | c |\n\n# heading',
  command: '\n::error file=x::owned',
  'right to left': 'evil\u202egpj.exe',
  mention: 'thanks @octocat and @org/team',
  link: '[click](javascript:alert(1)) ![x](https://tracker.example/p.png) www.example.com',
  entity: '&lt;b&gt; &#124;',
  math: '$\\unicode{x}$',
  surrogate: 'half \ud83d of an emoji',
  reference: 'see acme/other#12, #3 and GH-4',
  control: 'bell\u0007 null\u0000',
} as const

/** Any text at all, and such as is made of what Markdown and the runner take for structure. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('|', '`', '\\', '<', '>', '\n', '\r', ':', '#', '[', '@', '&', ' ', '-', 'a', '\u202e'),
  }),
)

const withoutFences = (markdown: string): string => markdown.replaceAll(/^(`{3,})text\n[\s\S]*?\n\1$/gm, '')

/** A page without its code: GitHub makes neither links nor mentions of what stands in a code span. */
export const withoutCode = (markdown: string): string => withoutFences(markdown).replaceAll(/`[^`\n]*`/g, '')

/** How many pipes each line outside fences has that no backslash escapes. */
export const pipesByRow = (markdown: string): readonly number[] =>
  withoutFences(markdown)
    .split('\n')
    .filter((line) => line.includes('|'))
    .map((line) => line.match(/(?<!\\)\|/g)?.length ?? 0)
