import { openApiParameters } from '../../api/generated/openapi.ts'

export interface Parameter {
  readonly name: string
  readonly in: 'query' | 'path'
  readonly type: 'string' | 'integer' | 'boolean'
  readonly description: string
}

const query = (name: string, type: Parameter['type'], description: string): Parameter => ({
  name,
  in: 'query',
  type,
  description,
})

export type Spec = readonly [name: string, type?: Parameter['type'], text?: string]

let known: Readonly<Record<string, string>> | undefined

/** What client-node says of a parameter. */
export function described([name, type = 'string', text = name]: Spec): Parameter {
  known ??= JSON.parse(openApiParameters) as Record<string, string>
  return query(name, type, known[text] ?? '')
}

export const PRETTY: readonly Spec[] = [['pretty']]
export const WRITE: readonly Spec[] = [['dryRun'], ['fieldManager'], ['fieldValidation']]
export const PATCH_OPTIONS: readonly Spec[] = [
  ['dryRun'],
  ['fieldManager', 'string', 'fieldManager of a patch'],
  ['fieldValidation'],
  ['force', 'boolean'],
]
export const REMOVE: readonly Spec[] = [
  ['dryRun'],
  ['gracePeriodSeconds', 'integer'],
  ['ignoreStoreReadErrorWithClusterBreakingPotential', 'boolean'],
  ['orphanDependents', 'boolean'],
  ['propagationPolicy'],
]
export const SELECT: readonly Spec[] = [
  ['continue'],
  ['fieldSelector'],
  ['labelSelector'],
  ['limit', 'integer'],
  ['resourceVersion'],
  ['resourceVersionMatch'],
  ['sendInitialEvents', 'boolean'],
  ['shardSelector'],
  ['timeoutSeconds', 'integer'],
]
export const LIST: readonly Spec[] = [['allowWatchBookmarks', 'boolean'], ...SELECT, ['watch', 'boolean']]
