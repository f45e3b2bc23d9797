import { expect, test } from '@jest/globals'
import { backendOf, ownRuleOf } from '../../../src/io/stores/registry-rules.ts'

test.each([
  ['127.0.0.1:5000', 'oci'],
  ['registry.example', 'oci'],
  ['quay.io', 'oci'],
  ['registry.gitlab.com', 'oci'],
  ['GHCR.io', 'ghcr'],
  ['containers.acme.ghe.com', 'ghcr'],
])('%s is deleted from by %s', (registry, backend) => {
  expect(backendOf(registry)).toBe(backend)
  expect(ownRuleOf(registry, 'acme/cache')).toBeUndefined()
})

test.each([
  ['123456789012.dkr.ecr.eu-central-1.amazonaws.com', 'Amazon ECR', '--repository-name acme/cache'],
  ['123456789012.dkr.ecr-fips.us-east-1.amazonaws.com', 'Amazon ECR', '"countNumber":30'],
  ['public.ecr.aws', 'Amazon ECR', 'put-lifecycle-policy'],
  ['europe-west1-docker.pkg.dev', 'Google Artifact Registry', '"packageNamePrefixes":["cache"]'],
  ['eu.gcr.io', 'Google Artifact Registry', 'set-cleanup-policies'],
  ['acme.azurecr.io', 'Azure Container Registry', "--filter 'acme/cache:.*' --ago 30d"],
  ['docker.io', 'Docker Hub', 'delete tags of acme/cache'],
  ['registry-1.docker.io', 'Docker Hub', 'hub.docker.com'],
])('%s is told what to do about %s', (registry, name, rule) => {
  expect(backendOf(registry)).toBe('none')
  expect(ownRuleOf(registry, 'acme/cache')).toMatchObject({ name, rule: expect.stringContaining(rule) as unknown })
})
