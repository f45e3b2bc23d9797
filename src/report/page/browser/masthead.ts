import { sayMoment } from '../model/words.ts'
import type { RunReport } from '../../run-report.ts'
import { el, linked, named, svg } from './element.ts'
import { themeSwitch } from './theme.ts'

const logo = (): SVGElement =>
  svg(
    'svg',
    { class: 'logo', viewBox: '0 0 16 16', 'aria-hidden': 'true' },
    svg('rect', { class: 'top', y: 1, width: 16, height: 4, rx: 1 }),
    svg('rect', { class: 'middle', y: 6, width: 16, height: 4, rx: 1 }),
    svg('rect', { class: 'bottom', y: 11, width: 16, height: 4, rx: 1 }),
  )

/** Name of the factory, and which run this was. */
export const masthead = ({ name, factory, url, branch, commit, startedAt }: RunReport): HTMLElement => {
  const facts = [
    el('span', {}, 'Strata report'),
    named(factory, 'code'),
    ...(branch === undefined ? [] : [named(branch, 'code')]),
    ...(commit === undefined ? [] : [named(commit.slice(0, 7), 'code')]),
    el('time', { datetime: startedAt }, sayMoment(startedAt)),
    ...(url === undefined ? [] : [linked('Open the run', url)]),
  ]
  return el(
    'header',
    { class: 'masthead' },
    logo(),
    el('div', { class: 'who' }, el('h1', {}, named(name)), el('p', { class: 'facts' }, ...facts)),
    themeSwitch(),
  )
}
