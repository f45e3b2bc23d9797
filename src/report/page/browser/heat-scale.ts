import { el } from './element.ts'
import type { Scale } from './heat-cell.ts'

const SCALES = [
  { by: 'ratio', label: 'Hit ratio' },
  { by: 'time', label: 'Time' },
] as const

/** The choice of what the heat map is coloured by. */
export const scaleSwitch = (choose: (by: Scale['by']) => void): HTMLElement =>
  el(
    'fieldset',
    { class: 'switch' },
    el('legend', {}, 'Colour by'),
    ...SCALES.map(({ by, label }) => {
      const input = el('input', { type: 'radio', name: 'scale', value: by, checked: by === 'ratio' })
      input.addEventListener('change', () => {
        choose(by)
      })
      return el('label', {}, input, el('span', {}, label))
    }),
  )

/** What the colours mean. */
export const legend = (): HTMLElement =>
  el(
    'p',
    { class: 'legend', 'aria-hidden': 'true' },
    el('span', { class: 'ends' }, 'all ran'),
    el('span', { class: 'ramp' }),
    el('span', { class: 'ends' }, 'all cached'),
    el('span', { class: 'ends time' }, 'no time'),
    el('span', { class: 'ramp time' }),
    el('span', { class: 'ends time' }, 'longest'),
  )
