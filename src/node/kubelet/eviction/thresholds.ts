import { formatGoDuration, parseGoDuration } from '../../../api/duration.ts'
import { parseQuantity, quantityError } from '../../../api/quantity.ts'

export type Signal =
  | 'memory.available'
  | 'allocatableMemory.available'
  | 'nodefs.available'
  | 'nodefs.inodesFree'
  | 'imagefs.available'
  | 'imagefs.inodesFree'
  | 'containerfs.available'
  | 'containerfs.inodesFree'
  | 'pid.available'

export type Pressure = 'MemoryPressure' | 'DiskPressure' | 'PIDPressure'

/** What is short, as events and messages call it. */
export type Starved = 'memory' | 'ephemeral-storage' | 'inodes' | 'pids'

/** Source: pkg/kubelet/eviction/helpers.go signalToNodeCondition, signalToResource */
export const SIGNALS: Readonly<Record<Signal, { readonly pressure: Pressure; readonly resource: Starved }>> = {
  'memory.available': { pressure: 'MemoryPressure', resource: 'memory' },
  'allocatableMemory.available': { pressure: 'MemoryPressure', resource: 'memory' },
  'nodefs.available': { pressure: 'DiskPressure', resource: 'ephemeral-storage' },
  'nodefs.inodesFree': { pressure: 'DiskPressure', resource: 'inodes' },
  'imagefs.available': { pressure: 'DiskPressure', resource: 'ephemeral-storage' },
  'imagefs.inodesFree': { pressure: 'DiskPressure', resource: 'inodes' },
  'containerfs.available': { pressure: 'DiskPressure', resource: 'ephemeral-storage' },
  'containerfs.inodesFree': { pressure: 'DiskPressure', resource: 'inodes' },
  'pid.available': { pressure: 'PIDPressure', resource: 'pids' },
}

/** An amount, or a part of what there is. */
export type ThresholdValue = { readonly amount: number } | { readonly part: number }

/** Source: pkg/kubelet/eviction/api/types.go Threshold */
export interface Threshold {
  readonly signal: Signal
  readonly value: ThresholdValue
  /** ms; 0 for a hard one. */
  readonly gracePeriod: number
  readonly minReclaim?: ThresholdValue
}

/** As much of what there is, in whole units. Source: eviction/api/types.go GetThresholdQuantity (a float32) */
export function amountOf(value: ThresholdValue, capacity: number): number {
  return 'amount' in value ? value.amount : Math.trunc(capacity * Math.fround(value.part))
}

/** Source: pkg/kubelet/eviction/defaults_linux.go */
export const DEFAULT_EVICTION_HARD: Readonly<Record<string, string>> = {
  'memory.available': '100Mi',
  'nodefs.available': '10%',
  'nodefs.inodesFree': '5%',
  'imagefs.available': '15%',
  'imagefs.inodesFree': '5%',
}

type Statements = Readonly<Record<string, string>>

export interface EvictionStatements {
  readonly hard: Statements
  readonly soft: Statements
  readonly softGracePeriod: Statements
  readonly minimumReclaim: Statements
  /** `pods` is among enforceNodeAllocatable. */
  readonly enforcesPods: boolean
}

/** A text says what is wrong. Source: pkg/kubelet/eviction/helpers.go ParseThresholdConfig */
export function parseThresholds(statements: EvictionStatements): readonly Threshold[] | string {
  try {
    const hard = parseAll(statements.hard, () => 0)
    const soft = parseAll(statements.soft, (signal) => gracePeriod(statements.softGracePeriod, signal))
    for (const [signal, period] of Object.entries(statements.softGracePeriod)) checkGracePeriod(signal, period)
    const reclaim = reclaims(statements.minimumReclaim)
    const all = [...hard, ...soft].map((threshold) => {
      const minReclaim = reclaim.get(threshold.signal)
      return minReclaim === undefined ? threshold : { ...threshold, minReclaim }
    })
    return withContainerFs(statements.enforcesPods ? [...all, ...allocatable(all)] : all)
  } catch (error) {
    if (error instanceof Wrong) return error.message
    throw error
  }
}

class Wrong extends Error {}

function parseAll(statements: Statements, graceOf: (signal: string) => number): readonly Threshold[] {
  return Object.entries(statements).flatMap(([signal, value]): Threshold[] => {
    checkSignal(signal)
    if (value === '0%' || value === '100%') return []
    return [{ signal: signal as Signal, value: positive(signal, value), gracePeriod: graceOf(signal) }]
  })
}

function checkSignal(signal: string): void {
  if (!Object.hasOwn(SIGNALS, signal)) throw new Wrong(`unsupported eviction signal ${signal}`)
}

function positive(signal: string, text: string): ThresholdValue {
  if (text.endsWith('%')) {
    const part = percentage(text)
    if (part < 0) throw new Wrong(`eviction percentage threshold ${signal} must be >= 0%: ${text}`)
    if (part > 1) throw new Wrong(`eviction percentage threshold ${signal} must be <= 100%: ${text}`)
    return { part }
  }
  const amount = quantity(text)
  if (amount <= 0) throw new Wrong(`eviction threshold ${signal} must be positive: ${parseQuantity(text).canonical}`)
  return { amount }
}

function percentage(text: string): number {
  const number = Number(text.replace(/%+$/, ''))
  if (Number.isNaN(number))
    throw new Wrong(`strconv.ParseFloat: parsing ${JSON.stringify(text.replace(/%+$/, ''))}: invalid syntax`)
  return number / 100
}

function quantity(text: string): number {
  const error = quantityError(text)
  if (error !== undefined) throw new Wrong(error)
  return parseQuantity(text).value
}

function gracePeriod(periods: Statements, signal: string): number {
  const period = periods[signal]
  if (period === undefined) throw new Wrong(`grace period must be specified for the soft eviction threshold ${signal}`)
  return checkGracePeriod(signal, period)
}

function checkGracePeriod(signal: string, text: string): number {
  checkSignal(signal)
  const ms = parseGoDuration(text)
  if (ms === undefined) throw new Wrong(`time: invalid duration ${JSON.stringify(text)}`)
  if (ms < 0) throw new Wrong(`invalid eviction grace period specified: ${text}, must be a positive value`)
  return ms
}

function reclaims(statements: Statements): ReadonlyMap<string, ThresholdValue> {
  return new Map(
    Object.entries(statements).map(([signal, text]): [string, ThresholdValue] => {
      checkSignal(signal)
      if (text.endsWith('%')) {
        const part = percentage(text)
        if (part <= 0) throw new Wrong(`eviction percentage minimum reclaim ${signal} must be positive: ${text}`)
        return [signal, { part }]
      }
      const amount = quantity(text)
      if (amount < 0) throw new Wrong(`negative eviction minimum reclaim specified for ${signal}`)
      return [signal, { amount }]
    }),
  )
}

/** All pods together have their own limit. Source: helpers.go addAllocatableThresholds */
function allocatable(thresholds: readonly Threshold[]): readonly Threshold[] {
  return thresholds
    .filter(({ signal, gracePeriod: grace }) => signal === 'memory.available' && grace === 0)
    .map((threshold) => ({ ...threshold, signal: 'allocatableMemory.available' }))
}

/** Containers write to the disk of the node. Source: helpers.go UpdateContainerFsThresholds, one file system */
function withContainerFs(thresholds: readonly Threshold[]): readonly Threshold[] {
  const own = thresholds.filter(({ signal }) => !signal.startsWith('containerfs.'))
  const copies = own
    .filter(({ signal }) => signal.startsWith('nodefs.'))
    .map((threshold) => ({ ...threshold, signal: threshold.signal.replace('nodefs', 'containerfs') as Signal }))
  return [...own, ...copies]
}

/** As the journal shows it. Source: helpers.go formatThreshold */
export function formatThreshold({ signal, value, gracePeriod: grace }: Threshold): string {
  const shown = 'amount' in value ? `{${value.amount} 0}` : `{<nil> ${value.part}}`
  return `threshold(signal=${signal}, operator=LessThan, value=${shown}, gracePeriod=${formatGoDuration(grace)})`
}
