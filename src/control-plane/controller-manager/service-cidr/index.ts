import { findCondition, setCondition } from '../../../api/conditions.ts'
import { type IPNetwork, maskedValue, parseCIDR, parseIP } from '../../../api/ip.ts'
import { isDeleting } from '../../../api/meta.ts'
import { parseTime } from '../../../api/time.ts'
import { type IPAddress, isStatus, type ServiceCIDR, type Status } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'

/** Holds a range of Services while addresses of it are in use. Source: pkg/controller/servicecidrs/servicecidrs_controller.go */
export const serviceCIDRController: ControllerDescriptor = {
  name: 'service-cidr-controller',
  account: 'service-cidrs-controller',
  component: 'service-cidr-controller',
  needs: ['ServiceCIDR'],
  start: startServiceCIDRs,
}

const FINALIZER = 'networking.k8s.io/service-cidr-finalizer'
const MAX_RETRIES = 15
/** What allocators may still be handing out when a range is deleted. Source: deletionGracePeriod */
const GRACE_MS = 10_000
const MANAGED = 'ipaddress.kubernetes.io/managed-by=ipallocator.k8s.io'
const BLOCKED =
  'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR'

function startServiceCIDRs({ client, informers, recorder, world }: ControllerContext): Controller {
  const now = () => world.clock.now()
  const loop = startLoop({
    component: 'controller-manager/service-cidr-controller',
    world,
    maxRetries: MAX_RETRIES,
    reconcile(name) {
      const range = client.get('ServiceCIDR', name)
      if (range === undefined) return undefined
      if (isDeleting(range)) return release(range)
      const held = withFinalizer(client, range, true)
      if (held !== undefined) return held
      const failed = tell(client, range, 'True', '', 'Kubernetes Service CIDR is ready', now())
      if (failed !== undefined) {
        const message = 'The ServiceCIDR Status can not be set to Ready=True'
        recorder.event(range, 'Warning', 'KubernetesServiceCIDRError', message)
      }
      return failed
    },
  })
  function release(range: ServiceCIDR): Status | undefined {
    if (!isFree(client, range)) return tell(client, range, 'False', 'Terminating', BLOCKED, now())
    const left = parseTime(range.metadata.deletionTimestamp) + GRACE_MS - now()
    if (left <= 0) return withFinalizer(client, range, false)
    loop.queue.addAfter(range.metadata.name, left)
    return undefined
  }
  const stops: (() => void)[] = []
  let followsAddresses = false
  /** Addresses are of interest while a range goes. */
  function followAddresses(): void {
    followsAddresses = true
    stops.push(
      informers.on('IPAddress', ({ type, object }, old) => {
        if (type === 'MODIFIED' || (type === 'ADDED' && old !== undefined) || !isAllocated(object)) return
        for (const range of containing(client, object.metadata.name)) loop.queue.add(range.metadata.name)
      }),
    )
  }
  stops.push(
    informers.on('ServiceCIDR', ({ type, object: range }, old) => {
      loop.queue.add(range.metadata.name)
      if (isDeleting(range) && !followsAddresses) followAddresses()
      if (type !== 'ADDED' || old !== undefined) return
      for (const other of client.list('ServiceCIDR'))
        if (rangesOf(other).some((a) => rangesOf(range).some((b) => contains(a, b) || contains(b, a))))
          loop.queue.add(other.metadata.name)
    }),
  )
  return {
    stop() {
      for (const stop of stops) stop()
      loop.stop()
    },
  }
}

const rangesOf = ({ spec }: ServiceCIDR): readonly IPNetwork[] =>
  (spec?.cidrs ?? []).flatMap((text) => parseCIDR(text) ?? [])

const isAllocated = ({ metadata }: IPAddress): boolean =>
  metadata.labels?.['ipaddress.kubernetes.io/managed-by'] === 'ipallocator.k8s.io'

function contains(outer: IPNetwork, inner: IPNetwork): boolean {
  if (outer.address.family !== inner.address.family || outer.bits > inner.bits) return false
  return maskedValue({ ...inner, bits: outer.bits }) === maskedValue(outer)
}

/** Ranges that hold an address, those that go among them. Source: pkg/util/servicecidr ContainsAddress */
function containing(client: Client, ip: string): readonly ServiceCIDR[] {
  const address = parseIP(ip)
  if (address === undefined) return []
  const single = { address, bits: address.family === 4 ? 32 : 128, leadingZeros: false }
  return client.list('ServiceCIDR').filter((range) => rangesOf(range).some((each) => contains(each, single)))
}

/** Source: servicecidrs_controller.go canDeleteCIDR */
function isFree(client: Client, range: ServiceCIDR): boolean {
  const { name } = range.metadata
  const others = client.list('ServiceCIDR').filter(({ metadata }) => metadata.name !== name)
  const hasParent = rangesOf(range).every((own) => others.some((each) => rangesOf(each).some((a) => contains(a, own))))
  if (hasParent) return true
  const addresses = client.list('IPAddress', { labelSelector: MANAGED })
  return addresses.every(({ metadata }) => {
    const holding = containing(client, metadata.name)
    return holding.length !== 1 || holding[0]!.metadata.name !== name
  })
}

function withFinalizer(client: Client, range: ServiceCIDR, wanted: boolean): Status | undefined {
  const { name, finalizers = [] } = range.metadata
  if (finalizers.includes(FINALIZER) === wanted) return undefined
  const next = wanted ? [...finalizers, FINALIZER] : finalizers.filter((each) => each !== FINALIZER)
  const answer = client.patch!('ServiceCIDR', name, undefined, { metadata: { finalizers: next } })
  return isStatus(answer) && answer.status === 'Failure' && answer.reason !== 'NotFound' ? answer : undefined
}

/** Source: servicecidrs_controller.go updateConditionIfNeeded */
function tell(
  client: Client,
  { metadata, status }: ServiceCIDR,
  ready: 'True' | 'False',
  reason: string,
  message: string,
  now: number,
): Status | undefined {
  const condition = { type: 'Ready', status: ready, reason, message }
  const before = findCondition(status?.conditions, 'Ready')
  if (before?.status === ready && before.reason === reason && before.message === message) return undefined
  const conditions = setCondition(status?.conditions, condition as never, now)
  const answer = client.patch!('ServiceCIDR', metadata.name, undefined, { status: { conditions } }, 'status')
  return isStatus(answer) ? answer : undefined
}
