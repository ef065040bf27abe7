import type { Faults } from './contract.ts'
import type { Input } from './inputs.ts'

/** Faults, recorded as inputs before they happen. */
export function recordedFaults(inner: Faults, record: (input: Input) => void): Faults {
  return {
    component(name, action, host) {
      record({ type: 'component', name, action, ...(host === undefined ? {} : { host }) })
      inner.component(name, action, host)
    },
    node(name, fault) {
      record({ type: 'node', name, fault })
      inner.node(name, fault)
    },
    pressure(node, of, change) {
      record({ type: 'pressure', node, of, change })
      inner.pressure(node, of, change)
    },
    link(a, b, state) {
      record({ type: 'link', a, b, state })
      inner.link(a, b, state)
    },
    requests(percent, status) {
      record({ type: 'requests', percent, status })
      inner.requests(percent, status)
    },
    load(from, url, perSecond) {
      record({ type: 'load', from, url, perSecond })
      inner.load(from, url, perSecond)
    },
    container(pod, namespace, container, exitCode) {
      record({ type: 'container', pod, namespace, container, exitCode })
      return inner.container(pod, namespace, container, exitCode)
    },
    probe(pod, namespace, probe, outcome) {
      record({ type: 'probe', pod, namespace, probe, outcome })
      inner.probe(pod, namespace, probe, outcome)
    },
    cloud(action) {
      record({ type: 'cloud', action })
      inner.cloud(action)
    },
  }
}
