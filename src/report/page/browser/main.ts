import type { RunReport } from '../../run-report.ts'
import type { Packed } from '../pack.ts'
import { unpack } from '../model/unpack.ts'
import { el, section } from './element.ts'
import { filters } from './filters.ts'
import { headline } from './headline.ts'
import { itemsView } from './items-view.ts'
import { masthead } from './masthead.ts'
import { missesView } from './misses-view.ts'
import { makePageState } from './page-state.ts'
import { sumsView } from './sums-view.ts'
import { timelineView } from './timeline-view.ts'
import { treeView } from './tree-view.ts'

/** What `renderPage` put into this page. */
const readReport = (): RunReport =>
  unpack(JSON.parse(document.getElementById('data')?.textContent ?? '') as Packed) as RunReport

const drawPage = (report: RunReport): void => {
  const state = makePageState(report)
  document.title = `${report.name} · Strata report`
  const main = el(
    'main',
    { id: 'main', tabindex: -1 },
    headline(state),
    filters(state),
    section('layers', 'Layers', treeView(state)),
    section('reasons', 'Why steps ran', missesView(state)),
    section('items', 'Work items', itemsView(state)),
    section('timeline', 'Timeline', timelineView(report)),
    section('sums', 'Pools and layers', sumsView(report)),
  )
  document.getElementById('app')?.replaceChildren(masthead(report), main)
}

drawPage(readReport())
