import { expect, test } from '@jest/globals'
import { canonicalHost, endpointOf } from '../../../src/io/registry/endpoint.ts'

test.each([
  ['docker.io', 'docker.io'],
  ['Index.Docker.IO', 'docker.io'],
  ['registry-1.docker.io', 'docker.io'],
  ['GHCR.io', 'ghcr.io'],
  ['docker.io.example', 'docker.io.example'],
])('%s is %s', (host, expected) => {
  expect(canonicalHost(host)).toBe(expected)
})

test.each([
  ['docker.io', 'https://registry-1.docker.io'],
  ['ghcr.io', 'https://ghcr.io'],
  ['localhost:5000', 'http://localhost:5000'],
  ['127.0.0.1:5000', 'http://127.0.0.1:5000'],
  ['[::1]:5000', 'http://[::1]:5000'],
  ['localhost.example:5000', 'https://localhost.example:5000'],
  ['127.0.0.1.example', 'https://127.0.0.1.example'],
  ['lan.test:5000', 'http://lan.test:5000'],
  ['lan.test:5001', 'https://lan.test:5001'],
])('%s is at %s', (registry, expected) => {
  expect(endpointOf(registry, new Set(['lan.test:5000'])).origin).toBe(expected)
})
