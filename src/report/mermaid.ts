/*
 * How text that others wrote gets into a Mermaid diagram, and which colours its boxes have. Mermaid's own grammar is
 * that of https://mermaid.js.org/syntax/flowchart.html, "Special characters that break syntax" and "Entity codes".
 */

/** Longest name in a box, in UTF-16 units; the rest is cut. */
const MAX_NAME = 60

/** Plain characters mean themselves, and so do the marks of versions and paths inside a word. */
const SPECIAL = /(?![a-zA-Z0-9 ])(?![-./](?=[a-zA-Z0-9])).|(?<=[wW]{3})\./gsu

/**
 * Untrusted text for a quoted label. Everything that Mermaid, its Markdown or HTML could take for more than a character
 * is an entity code, all that is not ASCII included, since Mermaid's own marks for them are not.
 */
export const renderLabel = (text: string): string => {
  const line = text.toWellFormed().replaceAll(/\s+/g, ' ').trim()
  const name = line.length <= MAX_NAME ? line : `${line.slice(0, MAX_NAME - 1).replace(/\p{Cs}$/u, '')}…`
  return name.replaceAll(SPECIAL, (character) => `#${character.codePointAt(0) ?? 0};`)
}

/** What a box can be, with fill and text of its own colours, so that it reads on a light page and on a dark one. */
export const BOX_STYLES = {
  base: 'fill:#57606a,stroke:#8c959f,color:#ffffff',
  warm: 'fill:#1a7f37,stroke:#4ac26b,color:#ffffff',
  covered: 'fill:#1a7f37,stroke:#4ac26b,color:#ffffff,stroke-dasharray:6 3',
  cold: 'fill:#0969da,stroke:#54aeff,color:#ffffff',
  unknown: 'fill:#6e7781,stroke:#afb8c1,color:#ffffff,stroke-dasharray:6 3',
  cached: 'fill:#1a7f37,stroke:#4ac26b,color:#ffffff',
  ran: 'fill:#0969da,stroke:#54aeff,color:#ffffff',
  failed: 'fill:#cf222e,stroke:#ff8182,color:#ffffff',
  skipped: 'fill:#6e7781,stroke:#afb8c1,color:#ffffff,stroke-dasharray:6 3',
  mixed: 'fill:#8250df,stroke:#c297ff,color:#ffffff',
} as const satisfies Readonly<Record<string, string>>

/** A style of a box. */
export type BoxStyle = keyof typeof BOX_STYLES
