import type { Plugin, Status } from '../framework.ts'

const MISMATCH: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ["node(s) didn't match the requested node name"],
}

/** A pod that names its node fits no other. Source: plugins/nodename/node_name.go */
export const nodeName: Plugin = {
  name: 'NodeName',
  events: new Set(['Node/Add']),
  preFilter: ({ pod }) => (pod.spec.nodeName ? { code: 'Success', state: undefined } : { code: 'Skip' }),
  filter: (_state, { pod }, node) => (!pod.spec.nodeName || pod.spec.nodeName === node.name ? undefined : MISMATCH),
}
