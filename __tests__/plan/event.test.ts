import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { parseRunEvent } from '../../src/plan/event.ts'

const fork: unknown = JSON.parse(
  readFileSync(new URL('../fixtures/events/pull-request-from-fork.json', import.meta.url), 'utf8'),
)

describe('parseRunEvent', () => {
  test('takes what the payload says before what the variables say', () => {
    const environment = {
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_REF: 'refs/pull/2/merge',
      GITHUB_REF_PROTECTED: 'true',
      GITHUB_REPOSITORY: 'someone/else',
      GITHUB_ACTOR: 'someone',
    }
    expect(parseRunEvent(environment, fork)).toEqual({
      name: 'pull_request',
      ref: 'refs/pull/2/merge',
      refProtected: true,
      defaultBranch: 'master',
      repository: 'Codertocat/Hello-World',
      headRepository: 'octocat/Hello-World',
      pullRequest: 2,
      baseBranch: 'master',
      actor: 'octocat',
    })
  })

  test('falls back to the variables', () => {
    const environment = { GITHUB_REPOSITORY: 'acme/factory', GITHUB_ACTOR: 'someone', GITHUB_REF: 'refs/heads/main' }
    expect(parseRunEvent(environment, {})).toEqual({
      ref: 'refs/heads/main',
      refProtected: false,
      repository: 'acme/factory',
      actor: 'someone',
    })
  })

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'repository'],
    ['a list', [1]],
    ['a repository that is none', { repository: 'acme', sender: null, pull_request: 7 }],
    ['names that are no texts', { repository: { default_branch: 7, full_name: null }, sender: { login: [] } }],
    ['a pull request of no number', { pull_request: { number: '7' } }],
    ['a pull request of an impossible number', { pull_request: { number: -1.5 } }],
    ['a pull request to no branch', { pull_request: { base: { ref: 7 } } }],
    ['a pull request to a branch without a name', { pull_request: { base: { ref: '' } } }],
    ['empty names', { repository: { default_branch: '', full_name: '' } }],
    ['names that are inherited', Object.create({ repository: { default_branch: 'evil' } })],
  ] as readonly (readonly [string, unknown])[])('a payload that is %s says nothing', (_, payload) => {
    expect(parseRunEvent({}, payload)).toEqual({ ref: '', refProtected: false })
  })

  test('an empty event name is a run without an event', () => {
    expect(parseRunEvent({ GITHUB_EVENT_NAME: '' }, undefined).name).toBeUndefined()
  })

  test('never throws', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (payload, repo) => {
        expect(parseRunEvent({}, payload).refProtected).toBe(false)
        expect(parseRunEvent({}, { pull_request: { head: { repo } } }).refProtected).toBe(false)
      }),
    )
  })
})
