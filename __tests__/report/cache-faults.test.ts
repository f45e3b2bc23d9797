import { expect, test } from '@jest/globals'
import { cacheFaults } from '../../src/report/cache-faults.ts'
import type { WorkItemResult } from '../../src/report/results.ts'
import { sampleItem } from './samples.ts'

const END = '. The build went on without it; check that the registry can be reached and the token may write.'

const reading = (ref: string, error?: string): WorkItemResult =>
  sampleItem({ cacheFrom: [{ ref, ...(error === undefined ? {} : { error }) }] })

const writing = (ref: string, written: boolean, error?: string, status: WorkItemResult['status'] = 'built') =>
  sampleItem({ status, cacheTo: [{ ref, written, ...(error === undefined ? {} : { error }) }] })

test.each([
  ['nothing at all', []],
  ['refs that were read and written', [reading('a'), writing('a', true)]],
  ['a ref that is not there yet', [reading('a', 'a: not found')]],
  ['a repository that is not there yet', [reading('a', 'NAME_UNKNOWN: repository name not known')]],
  ['a ref that nobody could write, since the build failed', [writing('a', false, undefined, 'failed')]],
])('%s is no fault', (_, items) => {
  expect(cacheFaults(items)).toBeUndefined()
})

test.each([
  {
    what: 'a ref that cannot be read',
    items: [reading('a', '401 Unauthorized\nmore')],
    told: 'a could not be read (401 Unauthorized)',
  },
  {
    what: 'a ref that cannot be written',
    items: [writing('a', false, '403 Forbidden')],
    told: 'a could not be written (403 Forbidden)',
  },
  {
    what: 'an export of which nothing was heard',
    items: [writing('a', false)],
    told: 'a could not be written (the export did not arrive)',
  },
  {
    what: 'several refs, the first of them by name',
    items: [writing('a', false, 'no'), writing('b', false, 'no'), writing('c', false, 'no'), writing('b', false, 'no')],
    told: 'a and 2 more could not be written (no)',
  },
  {
    what: 'both ways',
    items: [reading('a', 'timeout'), writing('b', false, 'no')],
    told: 'a could not be read (timeout); b could not be written (no)',
  },
])('one sentence for $what', ({ items, told }) => {
  expect(cacheFaults(items)).toBe(`${told}${END}`)
})
