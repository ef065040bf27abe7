import { parseAllDocuments } from 'yaml'
import { resources } from '../../api/resources.ts'

/** A step as it is written, with its doc string. */
export interface PlannedStep {
  readonly text: string
  /** Or its table, as text. */
  readonly docString?: string | undefined
}

/** What of a cluster that others use too a scenario lays hands on. */
export interface Reach {
  /** It changes what is not in its own namespaces: nobody else may be at work meanwhile. */
  readonly alone: boolean
  /** It counts on the nodes: on there being just as many as it says, or on where its Pods are. */
  readonly countsNodes: boolean
  /** Something has to run for it: a cluster of a control plane only cannot have it. */
  readonly needsNodes: boolean
  /** All that it says. */
  readonly says: string
}

/** kubectl's verbs that change nodes, whatever else they are told. */
const NODE_VERBS = /^(?:drain|cordon|uncordon|taint)$/
const WRITING_VERBS =
  /^(?:apply|create|replace|delete|patch|label|annotate|scale|set|edit|expose|run|rollout|autoscale|certificate|auth)$/
const CHANGED =
  /([A-Z][A-Za-z]*(?:\.[a-z0-9.-]+)?) "([^"]*)" is (?:patched|deleted|scaled)|field "[^"]*" of ([A-Z][A-Za-z.]*) "([^"]*)" is set/
const NODES = /node "[^"]+" is (?:cordoned|uncordoned|drained|tainted)/
const RUNS =
  /\b(?:Pod|Deployment|ReplicaSet|StatefulSet|DaemonSet|Job|CronJob) "[^"]*" (?:(?:is|stays|becomes|went|finishes) [A-Z]|has a )|\b(?:[nN]odes?|Pods|image|Running|Ready|Available|Succeeded|Failed|Complete|Completed|rollout|endpoints?|probe|log of|CoreDNS|containers?)\b|requests? from|connection from|resolves? from|^the add-on "|^kubectl "(?:exec|logs?|top|run|cp|attach|port-forward|debug|wait|rollout|drain|cluster-info)\b/
const COUNTS =
  /DaemonSet|deviceClassName|example\.com\/gpu|hostPID: true|\bon node "|[nN]ode "(?!cp-1")|different (?:nodes?|zones?)|kubectl "(?:get|top) (?:no|node|nodes)\b/

export function reachOf(steps: readonly PlannedStep[], readFile: (path: string) => string | undefined): Reach {
  return {
    alone: steps.some((step) => reachesOut(step, readFile)),
    needsNodes: steps.some(({ text }) => RUNS.test(text.replace(/^a cluster with .*/, ''))),
    says: steps.map(({ text, docString = '' }) => `${text}\n${docString}`).join('\n'),
    countsNodes: steps.some(({ text, docString = '' }) => COUNTS.test(`${text}\n${docString}`)),
  }
}

function reachesOut({ text, docString }: PlannedStep, readFile: (path: string) => string | undefined): boolean {
  if (NODES.test(text) || /^the add-on "/.test(text)) return true
  if (/^a cluster with these nodes:/.test(text)) return /\b(?:labels|taints|zone|instance type)\b/.test(docString ?? '')
  const [, kind, path, set, setPath] = CHANGED.exec(text) ?? []
  const name = path ?? setPath
  if ((kind ?? set) !== undefined && (isShared(kind ?? set!) || /^kube-/.test(name!))) return true
  const command = /^kubectl (["'])(.*)\1 is run$/.exec(text)?.[2]
  if (command !== undefined) return commandReachesOut(command.split(/\s+/), readFile)
  const file = /^the manifests in "([^"]+)" are applied$/.exec(text)?.[1]
  if (file !== undefined) return manifestsReachOut(readFile(file) ?? '')
  return /^these manifests are (?:applied|submitted):$/.test(text) && manifestsReachOut(docString ?? '')
}

function commandReachesOut(words: readonly string[], readFile: (path: string) => string | undefined): boolean {
  const verb = words.find((word) => !word.startsWith('-')) ?? ''
  if (NODE_VERBS.test(verb)) return true
  if (!WRITING_VERBS.test(verb)) return false
  if (/(?:^| )(?:-n|--namespace)[ =]?kube-/.test(words.join(' '))) return true
  const file = /(?:^| )(?:-f|--filename)[ =]?(\S+)/.exec(words.join(' '))?.[1]
  if (file !== undefined) return manifestsReachOut(readFile(file) ?? '')
  return words.some((word) => isSharedWord(word.split('/')[0]!))
}

/** Whether a manifest is of something that is in no namespace, or in one that is not the scenario's. */
function manifestsReachOut(text: string): boolean {
  return parseAllDocuments(text).some((document) => {
    const { kind = '', metadata } = (document.errors.length > 0 ? {} : (document.toJS() ?? {})) as {
      readonly kind?: string
      readonly metadata?: { readonly namespace?: string }
    }
    return isShared(kind) || /^kube-/.test(metadata?.namespace ?? '')
  })
}

/** A kind that is in no namespace; namespaces themselves get names of their own. */
function isShared(kind: string): boolean {
  const known = (resources as Readonly<Record<string, { readonly namespaced: boolean }>>)[kind.split('.')[0]!]
  return known?.namespaced === false && kind !== 'Namespace' && !/Review$/.test(kind)
}

/** As kubectl's arguments name it: `clusterrole`, `nodes`, `crd`. */
function isSharedWord(word: string): boolean {
  if (/^(?:no|pv|sc|pc|crd|csr|ingressclass|volumesnapshotclass)$/.test(word)) return true
  return Object.entries(resources).some(
    ([kind, { resource, namespaced }]) =>
      !namespaced && kind !== 'Namespace' && (resource === word || kind.toLowerCase() === word.split('.')[0]),
  )
}
