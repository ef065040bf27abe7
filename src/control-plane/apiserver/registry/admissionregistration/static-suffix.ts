import type { KubernetesObject } from '../../../../api/types.ts'

const SUFFIX = '.static.k8s.io'

/** Source: pkg/apis/admissionregistration/validation WarningsForStaticSuffix. */
export const staticSuffixWarnings = ({ metadata: { name } }: KubernetesObject): readonly string[] =>
  name?.endsWith(SUFFIX)
    ? [
        `metadata.name: names ending with "${SUFFIX}" are reserved for static manifest-based configurations and cannot be managed via the API`,
      ]
    : []
