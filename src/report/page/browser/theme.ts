import { el } from './element.ts'

const THEMES = [
  { name: 'auto', label: 'Auto' },
  { name: 'light', label: 'Light' },
  { name: 'dark', label: 'Dark' },
] as const

const STORED_AS = 'strata-theme'

/** Browsers may keep nothing for a page that was opened from a file. */
const readTheme = (): string => {
  try {
    return localStorage.getItem(STORED_AS) ?? 'auto'
  } catch {
    return 'auto'
  }
}

const keepTheme = (name: string): void => {
  try {
    localStorage.setItem(STORED_AS, name)
  } catch {
    // It holds until the page is closed.
  }
}

const applyTheme = (name: string): void => {
  document.documentElement.dataset['theme'] = name
}

/** The switch between light and dark; `auto` follows the system. */
export const themeSwitch = (): HTMLElement => {
  const chosen = readTheme()
  applyTheme(chosen)
  const choices = THEMES.map(({ name, label }) => {
    const input = el('input', { type: 'radio', name: 'theme', value: name, checked: name === chosen })
    input.addEventListener('change', () => {
      applyTheme(name)
      keepTheme(name)
    })
    return el('label', {}, input, el('span', {}, label))
  })
  return el('fieldset', { class: 'switch theme' }, el('legend', { class: 'unseen' }, 'Colours'), ...choices)
}
