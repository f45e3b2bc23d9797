import { canonicalHost } from '../registry/endpoint.ts'

/** How a registry's content is deleted. `none`: not by us. */
export type RegistryBackend = 'oci' | 'ghcr' | 'none'

/** A registry that has to prune by itself. */
export type OwnRule = {
  /** What people call it. */
  readonly name: string
  /** The rule to write there, and where. `{repository}` stands for the path of the repository. */
  readonly rule: string
}

type KnownRegistry = OwnRule & { readonly host: RegExp }

/**
 * Registries whose content cannot be deleted with what a login to the registry gives: their own API wants other
 * credentials (facts of docs: ECR answers 404, Docker Hub 405, GAR refuses what is tagged, ACR deletes tags elsewhere).
 */
const OTHERS: readonly KnownRegistry[] = [
  {
    name: 'Amazon ECR',
    host: /(^|\.)dkr[.-]ecr(-fips)?[.-][a-z0-9-]+\.(amazonaws\.com(\.cn)?|on\.aws)$|^public\.ecr\.aws$/,
    rule: 'a lifecycle policy of the repository: aws ecr put-lifecycle-policy --repository-name {repository} --lifecycle-policy-text \'{"rules":[{"rulePriority":1,"description":"cache refs of 30 days","selection":{"tagStatus":"any","countType":"sinceImagePushed","countUnit":"days","countNumber":30},"action":{"type":"expire"}}]}\'',
  },
  {
    name: 'Google Artifact Registry',
    host: /(^|[.-])docker\.pkg\.dev$|(^|\.)gcr\.io$/,
    rule: 'a cleanup policy of the repository: gcloud artifacts repositories set-cleanup-policies REPOSITORY --location LOCATION --policy policy.json, with policy.json [{"name":"old-cache","action":{"type":"Delete"},"condition":{"packageNamePrefixes":["{package}"],"tagState":"any","olderThan":"30d"}}]',
  },
  {
    name: 'Azure Container Registry',
    host: /\.azurecr\.(io|cn|us)$/,
    rule: "a scheduled task with acr purge: az acr task create --registry REGISTRY --name prune --schedule '0 3 * * *' --context /dev/null --cmd \"acr purge --filter '{repository}:.*' --ago 30d --untagged\"",
  },
  {
    name: 'Docker Hub',
    host: /^docker\.io$/,
    rule: 'delete tags of {repository} in Image Management of the repository on hub.docker.com, or keep the cache in a registry that can delete',
  },
]

const fill = (rule: string, repository: string): string =>
  rule.replaceAll('{repository}', repository).replaceAll('{package}', repository.split('/').at(-1) ?? repository)

/** Which backend deletes in a registry, by its host. */
export const backendOf = (registry: string): RegistryBackend => {
  const host = canonicalHost(registry)
  if (host === 'ghcr.io' || /^containers\.[a-z0-9-]+\.ghe\.com$/.test(host)) return 'ghcr'
  return OTHERS.some((known) => known.host.test(host)) ? 'none' : 'oci'
}

/** What to set up in a registry where nothing can be deleted from here; undefined where it can. */
export const ownRuleOf = (registry: string, repository: string): OwnRule | undefined => {
  const known = OTHERS.find(({ host }) => host.test(canonicalHost(registry)))
  return known && { name: known.name, rule: fill(known.rule, repository) }
}
