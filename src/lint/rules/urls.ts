import { textOf, type Chars } from '../../fragment/flags.ts'
import type { Program } from '../program.ts'

/** Options of curl and wget whose value may be a URL, and is not what is fetched. */
const VALUE_OPTIONS: readonly string[] = [
  '-x',
  '--proxy',
  '-e',
  '--referer',
  '-H',
  '--header',
  '-A',
  '--user-agent',
  '-o',
  '-O',
  '--output',
]

/** What is sent rather than fetched. */
const SENDS = /^(?:-[a-zA-Z]*[dFIT]|--data.*|--form.*|--head|--upload-file|--spider|-X(?!GET)\w+|--request=(?!GET)\w+)$/

const isUrl = (text: string): boolean => /^(?:https?|ftp):\/\//.test(text)

/** Hosts of this machine and of nobody's else: they are no content from outside. */
const isLocal = (url: string): boolean =>
  /^\w+:\/\/(?:[^@/]*@)?(?:localhost|127\.|0\.0\.0\.0|\[|[\w-]+(?=[:/]|$))/.test(url)

/** The URLs that a call of curl or wget fetches. */
export const fetchedUrls = ({ name, words, texts }: Program): readonly Chars[] => {
  if (name !== 'curl' && name !== 'wget') return []
  if (texts.some((text, index) => SENDS.test(text) || (text === '-X' && texts[index + 1] !== 'GET'))) return []
  return words.filter((word, index) => {
    const text = textOf(word)
    const isValue = VALUE_OPTIONS.includes(texts[index - 1] ?? '') && !(name === 'curl' && texts[index - 1] === '-O')
    return isUrl(text) && !isLocal(text) && !isValue
  })
}

const NAMES_NO_VERSION =
  /^(?:TARGET\w*|BUILD(?:ARCH|OS|PLATFORM)|\w*ARCH\w*|\w*PLATFORM|OS|\w*MIRROR\w*|\w*(?:HOST|URL|PROXY))$/i
const MOVING = /(?:^|[/@#=.-])(?:latest|master|main|HEAD|nightly|stable|edge|trunk|develop)(?:[/.?&-]|$)/

/** Variables that may hold a version or a digest. */
const hasVersionVariable = (text: string): boolean =>
  [...text.matchAll(/\$\{?(\w+)/g)].some(({ 1: name = '' }) => !NAMES_NO_VERSION.test(name))

/** Whether a text names one content for good, as far as people keep their promises: a version, a digest, a commit. */
export const isPinned = (text: string): boolean => {
  const path = text.replace(/^\w+:\/\/[^/]*/, '')
  if (/(?:^|[^0-9a-f])[0-9a-f]{40,}(?:[^0-9a-f]|$)/i.test(path)) return true
  if (MOVING.test(path)) return false
  return /\d+[._]\d+|[/@#-]v?\d+(?:[/.-]|$)/.test(path) || hasVersionVariable(path)
}

/** Whether a revision is one, and not a branch. */
export const isRevision = (text: string): boolean =>
  /^[0-9a-f]{7,}$/i.test(text) || /\d+[._]\d+|^v\d+$/.test(text) || hasVersionVariable(text)
