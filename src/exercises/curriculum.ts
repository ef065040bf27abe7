import type { Pack } from './pack.ts'

interface Domain {
  /** Percent of an exam. */
  readonly weight: number
  /** As the curriculum words them, where packs are held to that. */
  readonly competencies?: readonly string[]
}

/** Source: github.com/cncf/curriculum, CKA and CKAD v1.35, CKS v1.34 */
const CURRICULA: Readonly<Record<Pack['exam'], Readonly<Record<string, Domain>>>> = {
  CKA: {
    Storage: {
      weight: 10,
      competencies: [
        'Implement storage classes and dynamic volume provisioning',
        'Configure volume types, access modes and reclaim policies',
        'Manage persistent volumes and persistent volume claims',
      ],
    },
    Troubleshooting: {
      weight: 30,
      competencies: [
        'Troubleshoot clusters and nodes',
        'Troubleshoot cluster components',
        'Monitor cluster and application resource usage',
        'Manage and evaluate container output streams',
        'Troubleshoot services and networking',
      ],
    },
    'Workloads and Scheduling': {
      weight: 15,
      competencies: [
        'Understand application deployments and how to perform rolling updates and rollbacks',
        'Use ConfigMaps and Secrets to configure applications',
        'Configure workload autoscaling',
        'Understand the primitives used to create robust, self-healing, application deployments',
        'Configure Pod admission and scheduling',
      ],
    },
    'Cluster Architecture, Installation and Configuration': {
      weight: 25,
      competencies: [
        'Manage role based access control (RBAC)',
        'Prepare underlying infrastructure for installing a Kubernetes cluster',
        'Create and manage Kubernetes clusters using kubeadm',
        'Manage the lifecycle of Kubernetes clusters',
        'Implement and configure a highly-available control plane',
        'Use Helm and Kustomize to install cluster components',
        'Understand extension interfaces (CNI, CSI, CRI)',
        'Understand CRDs, install and configure operators',
      ],
    },
    'Services and Networking': {
      weight: 20,
      competencies: [
        'Understand connectivity between Pods',
        'Define and enforce Network Policies',
        'Use ClusterIP, NodePort, LoadBalancer service types and endpoints',
        'Use the Gateway API to manage Ingress traffic',
        'Know how to use Ingress controllers and Ingress resources',
        'Understand and use CoreDNS',
      ],
    },
  },
  CKAD: {
    'Application Design and Build': { weight: 20 },
    'Application Deployment': { weight: 20 },
    'Application Observability and Maintenance': { weight: 15 },
    'Application Environment, Configuration and Security': { weight: 25 },
    'Services and Networking': { weight: 20 },
  },
  CKS: {
    'Cluster Setup': { weight: 15 },
    'Cluster Hardening': { weight: 15 },
    'System Hardening': { weight: 10 },
    'Minimize Microservice Vulnerabilities': { weight: 20 },
    'Supply Chain Security': { weight: 20 },
    'Monitoring, Logging and Runtime Security': { weight: 20 },
  },
}

/** Of a domain that the curriculum does not name. */
const OTHER_WEIGHT = 20

const plain = (text: string) =>
  text
    .toLowerCase()
    .replaceAll('&', ' and ')
    .replace(/[,\s]+/g, ' ')
    .trim()

export const domainsIn = (exam: Pack['exam']): readonly string[] => Object.keys(CURRICULA[exam])

/** The domain that a text means, as the curriculum spells it: capitals, commas and `&` do not matter. */
export const domainNamed = (exam: Pack['exam'], text: string): string | undefined =>
  domainsIn(exam).find((domain) => plain(domain) === plain(text))

/** Percent of an exam that a domain is worth. */
export function weightOf(exam: Pack['exam'], domain: string): number {
  return CURRICULA[exam][domainNamed(exam, domain) ?? '']?.weight ?? OTHER_WEIGHT
}

/** What a domain asks for; undefined where that is not known. */
export const competenciesOf = (exam: Pack['exam'], domain: string): readonly string[] | undefined =>
  CURRICULA[exam][domainNamed(exam, domain) ?? '']?.competencies
