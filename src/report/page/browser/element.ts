import { showText } from '../../invisible.ts'
import { webAddress } from '../model/words.ts'

/** What an element holds: other elements, and texts. */
export type Child = Node | string

/** Attributes by name; what is undefined or false is not set. Handlers and styles are not attributes. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

const setAttributes = (element: Element, attributes: Attributes): void => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    element.setAttribute(name, value === true ? '' : showText(String(value)))
  }
}

/** An element with attributes and children. Texts become text nodes in which nothing is invisible, never markup. */
export const el = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] => {
  const element = document.createElement(tag)
  setAttributes(element, attributes)
  element.append(...children.map((child) => (typeof child === 'string' ? showText(child) : child)))
  return element
}

/** An SVG element with attributes and children. */
export const svg = <Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes,
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  setAttributes(element, attributes)
  element.append(...children.map((child) => (typeof child === 'string' ? showText(child) : child)))
  return element
}

/** A name or text from outside, which cannot turn around the words beside it. */
export const named = (text: string, kind = 'name'): HTMLElement => el('bdi', { class: kind }, text)

/** Sets a number that the style reads. Styles as attributes are what the page's policy forbids. */
export const measure = <E extends HTMLElement | SVGElement>(element: E, name: string, value: string): E => {
  element.style.setProperty(name, value)
  return element
}

/** A link where the address is one of the web, else only the text. */
export const linked = (text: string, address: string | undefined): HTMLElement => {
  const href = webAddress(address)
  return href === undefined ? named(text) : el('a', { href, rel: 'noreferrer noopener', target: '_blank' }, named(text))
}

/** A button with what it does. */
export const button = (attributes: Attributes, label: Child, act: () => void): HTMLButtonElement => {
  const element = el('button', { type: 'button', ...attributes }, label)
  element.addEventListener('click', act)
  return element
}

/** A part of the page with its heading, which names it. */
export const section = (id: string, title: string, ...children: readonly Child[]): HTMLElement =>
  el(
    'section',
    { 'aria-labelledby': `${id}-title`, id, class: 'part' },
    el('h2', { id: `${id}-title` }, title),
    ...children,
  )
