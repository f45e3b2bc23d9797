/** A fenced block of a Markdown page, and the line its content begins at, counted from 1. */
export type Fence = { readonly language: string; readonly text: string; readonly line: number }

const FENCE = /^(?<indent> *)```(?<language>\w*)\n(?<text>.*?)^\k<indent>```$/gms

/** The fenced blocks of a page, without the indentation of a list around them. */
export const fencesOf = (page: string): readonly Fence[] =>
  [...page.matchAll(FENCE)].map(({ groups, index }) => {
    const { indent = '', language = '', text = '' } = groups ?? {}
    const line = page.slice(0, index).split('\n').length + 1
    return { language, text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''), line }
  })

const withoutCode = (page: string): string => page.replaceAll(FENCE, '').replaceAll(/`[^`\n]*`/g, '')

/** Targets of links to other pages or to headings, not those to other sites. */
export const localLinksOf = (page: string): readonly string[] =>
  [...withoutCode(page).matchAll(/\]\((?!https?:)([^()\s]+)\)/g)].map(([, target = '']) => target)

/** The anchors GitHub makes of a page's headings: lower case, punctuation dropped, blanks as hyphens. */
export const anchorsOf = (page: string): ReadonlySet<string> =>
  new Set(
    [...page.replaceAll(FENCE, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
