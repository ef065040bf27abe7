import type { CloudChange, CloudError, CloudErrorCode, CloudFault, Operation, QuotaName, Quotas } from './contract.ts'

export function refuse(code: CloudErrorCode, reason: string): CloudError {
  return { code, error: `${code}: ${reason}` }
}

export const DEFAULT_QUOTAS: Quotas = {
  instances: 10_000,
  disks: 10_000,
  diskGiB: 1_000_000,
  disksPerInstance: 25,
  snapshots: 10_000,
  loadBalancers: 50,
  routes: 10_000,
}

const COUNTED: Readonly<Record<QuotaName, string>> = {
  instances: 'instances',
  disks: 'disks',
  diskGiB: 'GiB of disks',
  disksPerInstance: 'disks attached to an instance',
  snapshots: 'snapshots',
  loadBalancers: 'load balancers',
  routes: 'routes',
}

/** What every call to the cloud goes through: faults that were injected, quotas, and word to those who listen. */
export class Calls {
  readonly #faults: { readonly fault: CloudFault; left: number }[] = []
  readonly #listeners = new Set<(change: CloudChange) => void>()
  #quotas: Quotas

  constructor(quotas: Partial<Quotas>) {
    this.#quotas = { ...DEFAULT_QUOTAS, ...quotas }
  }

  get quotas(): Quotas {
    return this.#quotas
  }

  setQuota(name: QuotaName, limit: number): void {
    this.#quotas = { ...this.#quotas, [name]: limit }
  }

  inject(fault: CloudFault): () => void {
    const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY }
    this.#faults.push(entry)
    return () => {
      entry.left = 0
    }
  }

  /** Why a call fails before it is looked at. @param about ids and names of what it is about */
  fault(operation: Operation, ...about: readonly string[]): CloudError | undefined {
    const entry = this.#faults.find(
      ({ fault, left }) =>
        left > 0 &&
        (fault.operation ?? operation) === operation &&
        (fault.about === undefined || about.includes(fault.about)),
    )
    if (entry === undefined) return undefined
    entry.left--
    const { code = 'Unavailable', message = `the call ${operation} could not be served, try again later` } = entry.fault
    return refuse(code, message)
  }

  /** Whether what is asked for is more than the account may have. */
  exceeds(name: QuotaName, total: number): CloudError | undefined {
    const limit = this.#quotas[name]
    if (total <= limit) return undefined
    return refuse('QuotaExceeded', `the account's quota of ${COUNTED[name]} in this region is ${limit}`)
  }

  onChange(listener: (change: CloudChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  changed(resource: CloudChange['resource'], id: string): void {
    for (const listener of [...this.#listeners]) listener({ resource, id })
  }
}
