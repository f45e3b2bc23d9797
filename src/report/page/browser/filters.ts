import { renderCount, renderNumber } from '../../quantity.ts'
import { NO_FILTER, type Filter } from '../model/filter.ts'
import { REASONS } from '../model/words.ts'
import { button, el } from './element.ts'
import type { PageState, Sight } from './page-state.ts'

type Option = readonly [value: string, label: string]

const distinct = (values: readonly (string | undefined)[]): readonly Option[] =>
  [...new Set(values.filter((value) => value !== undefined))].map((value) => [value, value])

const OUTCOMES_TO_FIND: readonly Option[] = [
  ['ran', 'ran'],
  ['cached', 'cached'],
  ['failed', 'failed'],
  ['missing', 'missing'],
]

const select = (state: PageState, name: keyof Filter, label: string, options: readonly Option[]): HTMLElement => {
  const choice = el(
    'select',
    { id: `filter-${name}` },
    el('option', { value: '' }, 'all'),
    ...options.map((_, index) => el('option', { value: String(index) }, options[index]?.[1] ?? '')),
  )
  // Values stay here: an attribute would have to show what is invisible in them.
  choice.addEventListener('change', () => {
    state.look({ [name]: choice.value === '' ? '' : (options[Number(choice.value)]?.[0] ?? '') })
  })
  state.onLook(({ filter }) => {
    const index = options.findIndex(([value]) => value === filter[name])
    choice.value = filter[name] === '' ? '' : String(index)
    choice.classList.toggle('set', filter[name] !== '')
  })
  return el('div', { class: 'field' }, el('label', { for: `filter-${name}` }, label), choice)
}

const textField = (state: PageState): HTMLElement => {
  const input = el('input', {
    ...{ id: 'filter-text', type: 'search', autocomplete: 'off', spellcheck: 'false' },
    placeholder: 'manifest, layer, variant, fragment …',
  })
  input.addEventListener('input', () => {
    state.look({ text: input.value })
  })
  state.onLook(({ filter }) => {
    if (input.value !== filter.text) input.value = filter.text
  })
  return el('div', { class: 'field text' }, el('label', { for: 'filter-text' }, 'Find'), input)
}

const sayFound = ({ found }: Sight, { report }: PageState): string => {
  const prefixes = found.prefixes.filter(Boolean).length
  return `${renderNumber(found.items.length)} of ${renderCount(report.items.length, 'work item')}, ${renderNumber(prefixes)} of ${renderCount(report.prefixes.length, 'prefix', 'prefixes')}`
}

/** What the rest of the page shows: a text and five choices. `/` goes to the text from anywhere. */
export const filters = (state: PageState): HTMLElement => {
  const { report } = state
  const kinds = new Set(report.prefixes.flatMap(({ reason }) => reason?.kind ?? []))
  const status = el('output', { class: 'found', 'aria-live': 'polite' })
  const clear = button({ class: 'quiet' }, 'Clear', () => {
    state.look(NO_FILTER)
  })
  state.onLook((sight) => {
    status.textContent = sayFound(sight, state)
    clear.disabled = Object.values(sight.filter).every((value) => value === '')
  })
  const fields = [
    textField(state),
    select(state, 'platform', 'Platform', distinct(report.platforms)),
    select(state, 'layer', 'Layer', distinct(report.layers)),
    select(state, 'outcome', 'Outcome', OUTCOMES_TO_FIND),
    select(state, 'pool', 'Pool', distinct(report.items.map(({ pool }) => pool))),
    select(
      state,
      'reason',
      'Reason',
      [...kinds].map((kind): Option => [kind, REASONS[kind]]),
    ),
  ]
  const form = el(
    'form',
    { class: 'filters', role: 'search', 'aria-label': 'Filter the report' },
    ...fields,
    clear,
    status,
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
  })
  return form
}
