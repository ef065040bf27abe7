import type { Pod } from '../../../api/types.ts'

/** Linux takes 64 characters of a node name. */
const FQDN_MAX = 64
const LABEL_MAX = 63

/** A pod's own name, and the domain it is found in when it has a subdomain. Source: kubelet_pods.go GeneratePodHostNameAndDomain */
export function hostnameAndDomain(
  { metadata, spec }: Pod,
  clusterDomain: string,
): { readonly hostname: string; readonly domain: string } {
  if (spec.hostnameOverride !== undefined) return { hostname: truncated(spec.hostnameOverride), domain: '' }
  const hostname = truncated(spec.hostname || metadata.name)
  if (!spec.subdomain) return { hostname, domain: '' }
  return { hostname, domain: `${spec.subdomain}.${metadata.namespace}.svc.${clusterDomain}` }
}

/** What the kernel is told. Source: pkg/kubelet/util/util.go GetNodenameForKernel */
export function kernelHostname(pod: Pod, clusterDomain: string): string | { readonly error: string } {
  const { hostname, domain } = hostnameAndDomain(pod, clusterDomain)
  if (domain === '' || pod.spec.setHostnameAsFQDN !== true) return hostname
  const fqdn = `${hostname}.${domain}`
  if (fqdn.length <= FQDN_MAX) return fqdn
  return {
    error: `failed to construct FQDN from pod hostname and cluster domain, FQDN ${fqdn} is too long (${FQDN_MAX} characters is the max, ${fqdn.length} characters requested)`,
  }
}

function truncated(hostname: string): string {
  return hostname.length <= LABEL_MAX ? hostname : hostname.slice(0, LABEL_MAX).replace(/[-.]+$/, '')
}
