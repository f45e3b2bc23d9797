import { isLoopback } from '../../oci/reference.ts'

/** Names under which Docker Hub goes. */
const DOCKER_HUB: ReadonlySet<string> = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io'])

/** The host in the form in which hosts are compared: lower case, one name for Docker Hub. */
export const canonicalHost = (host: string): string => {
  const name = host.toLowerCase()
  return DOCKER_HUB.has(name) ? 'docker.io' : name
}

/** Whether the host may be spoken to without TLS: loopback, and hosts the user named. */
export const allowsHttp = (host: string, insecure: ReadonlySet<string>): boolean =>
  isLoopback(host.toLowerCase()) || insecure.has(canonicalHost(host))

/** Where a registry's API is: `https://registry-1.docker.io` for Docker Hub, http only where it is allowed. */
export const endpointOf = (registry: string, insecure: ReadonlySet<string>): URL => {
  const host = canonicalHost(registry)
  if (host === 'docker.io') return new URL('https://registry-1.docker.io')
  return new URL(`${allowsHttp(host, insecure) ? 'http' : 'https'}://${host}`)
}
