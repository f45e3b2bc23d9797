import { describe, expect, test } from '@jest/globals'
import { parseVertexName } from '../../src/progress/step-name.ts'

const targets = new Set(['t0', 't1'])
const step = { kind: 'step', onbuild: false, link: false }

describe('parseVertexName', () => {
  test.each([
    { name: '[3/5] WORKDIR /w', expected: { ...step, index: 3, total: 5, keyword: 'WORKDIR', text: 'WORKDIR /w' } },
    { name: '[ 1/16] RUN   cat   x', expected: { ...step, index: 1, total: 16, keyword: 'RUN', text: 'RUN cat x' } },
    {
      name: '[many  9/12] RUN a',
      expected: { ...step, stage: 'many', index: 9, total: 12, keyword: 'RUN', text: 'RUN a' },
    },
    {
      name: '[linux/amd64->arm64 tool 2/2] ADD a b',
      expected: {
        ...step,
        platform: 'linux/amd64->arm64',
        stage: 'tool',
        index: 2,
        total: 2,
        keyword: 'ADD',
        text: 'ADD a b',
      },
    },
    {
      name: '[core.build 2/4] COPY a ./',
      expected: { ...step, stage: 'core.build', index: 2, total: 4, keyword: 'COPY', text: 'COPY a ./' },
    },
    {
      name: '[base 3/8] RUN <<EOF (echo multi...)',
      expected: { ...step, stage: 'base', index: 3, total: 8, keyword: 'RUN', text: 'RUN <<EOF (echo multi...)' },
    },
    {
      name: '[app 3/4] LINK COPY --link a /l',
      expected: { ...step, link: true, stage: 'app', index: 3, total: 4, keyword: 'COPY', text: 'COPY --link a /l' },
    },
    {
      name: '[base 2/4] ONBUILD RUN x',
      expected: { ...step, onbuild: true, stage: 'base', index: 2, total: 4, keyword: 'RUN', text: 'RUN x' },
    },
    {
      name: '[1/2] RUN ["sh", "-c", "x"]',
      expected: { ...step, index: 1, total: 2, keyword: 'RUN', text: 'RUN ["sh", "-c", "x"]' },
    },
    {
      name: '[core 1/2] RUN a\n b',
      expected: { ...step, stage: 'core', index: 1, total: 2, keyword: 'RUN', text: 'RUN a b' },
    },
    { name: '[t0 1/2] RUN a', expected: { ...step, stage: 't0', index: 1, total: 2, keyword: 'RUN', text: 'RUN a' } },
    {
      name: '[base 1/2] FROM docker.io/library/busybox',
      expected: { kind: 'from', image: 'docker.io/library/busybox' },
    },
    { name: 'FROM docker.io/library/busybox', expected: { kind: 'from', image: 'docker.io/library/busybox' } },
    { name: '[internal] load .dockerignore', expected: { kind: 'internal' } },
    { name: '[linux/arm64 internal] load metadata for x', expected: { kind: 'internal' } },
    { name: '[auth] repo:pull token for ghcr.io', expected: { kind: 'auth' } },
    { name: 'importing cache manifest from a/b:c', expected: { kind: 'import', ref: 'a/b:c' } },
    { name: 'exporting to image', expected: { kind: 'export', of: 'image' } },
    { name: 'exporting to oci image format', expected: { kind: 'export', of: 'image' } },
    { name: 'exporting cache to registry', expected: { kind: 'export', of: 'cache' } },
    { name: 'exporting to GitHub Actions Cache', expected: { kind: 'export', of: 'cache' } },
    { name: 'resolve image config for docker-image://docker/dockerfile:1', expected: { kind: 'other' } },
    { name: '[core 2/3] RUNNING x', expected: { kind: 'other' } },
    { name: '', expected: { kind: 'other' } },
  ])('$name', ({ name, expected }) => {
    expect(parseVertexName(name)).toEqual(expected)
  })

  test.each([
    {
      name: '[t0 core 1/2] RUN a',
      expected: { ...step, target: 't0', stage: 'core', index: 1, total: 2, keyword: 'RUN', text: 'RUN a' },
    },
    {
      name: '[t1  1/12] RUN a',
      expected: { ...step, target: 't1', index: 1, total: 12, keyword: 'RUN', text: 'RUN a' },
    },
    {
      name: '[t0 linux/arm64 t1 1/2] RUN a',
      expected: {
        ...step,
        target: 't0',
        platform: 'linux/arm64',
        stage: 't1',
        index: 1,
        total: 2,
        keyword: 'RUN',
        text: 'RUN a',
      },
    },
    { name: '[t0 internal] load .dockerignore', expected: { kind: 'internal', target: 't0' } },
    { name: '[t0 auth] x', expected: { kind: 'auth', target: 't0' } },
    { name: '[t0] importing cache manifest from a/b:c', expected: { kind: 'import', target: 't0', ref: 'a/b:c' } },
    { name: '[t1] exporting cache to registry', expected: { kind: 'export', target: 't1', of: 'cache' } },
    { name: '[t1] FROM x', expected: { kind: 'from', image: 'x', target: 't1' } },
    { name: '[internal] load local bake definitions', expected: { kind: 'internal' } },
  ])('in bake: $name', ({ name, expected }) => {
    expect(parseVertexName(name, targets)).toEqual(expected)
  })
})
