import { renderNumber, renderPercent } from '../../quantity.ts'
import type { RunReport } from '../../run-report.ts'
import { sayBytes, sayTime } from '../model/words.ts'
import { el, measure, named, type Child } from './element.ts'

const table = (caption: string, heads: readonly string[], rows: readonly (readonly Child[])[]): HTMLElement =>
  el(
    'table',
    { class: 'sums' },
    el('caption', {}, caption),
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        ...heads.map((head, index) => el('th', { scope: 'col', class: index === 0 ? undefined : 'number' }, head)),
      ),
    ),
    el(
      'tbody',
      {},
      ...rows.map(([head = '', ...cells]) =>
        el('tr', {}, el('th', { scope: 'row' }, head), ...cells.map((cell) => el('td', { class: 'number' }, cell))),
      ),
    ),
  )

const meter = (ratio: number): HTMLElement =>
  measure(el('span', { class: 'meter' }), '--share', `${(Math.min(1, Math.max(0, ratio)) * 100).toFixed(0)}%`)

const poolsTable = ({ pools }: RunReport): HTMLElement =>
  table(
    'Hits per pool',
    ['Pool', 'Cached', 'Ran', ''],
    pools.map(({ pool, counts }) => {
      const ratio = counts.total === 0 ? 1 : counts.cached / counts.total
      return [named(pool), renderPercent(ratio), renderNumber(counts.total - counts.cached), meter(ratio)]
    }),
  )

const paysTable = ({ pays }: RunReport): HTMLElement =>
  table(
    'Does the cache pay?',
    ['Layer', 'Read', 'Written', 'Saved', 'Added', ''],
    pays.map(({ layer, loadMs, exportMs, savedMs, addedBytes }) => {
      const gains = savedMs >= loadMs + exportMs
      const verdict = el(
        'span',
        { class: gains ? 'chip cached' : 'chip ran' },
        gains ? 'pays' : 'costs more than it saves',
      )
      return [named(layer), sayTime(loadMs), sayTime(exportMs), sayTime(savedMs), sayBytes(addedBytes), verdict]
    }),
  )

/** Hits of each pool, and what each layer's cache took against what it saved. */
export const sumsView = (report: RunReport): HTMLElement =>
  el(
    'div',
    { class: 'sums-pair' },
    ...(report.pools.length === 0 ? [] : [el('div', { class: 'card' }, poolsTable(report))]),
    ...(report.pays.length === 0 ? [] : [el('div', { class: 'card' }, paysTable(report))]),
  )
