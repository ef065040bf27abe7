import type { KubernetesObject } from '../../api/types.ts'
import type { Input } from '../../cluster/index.ts'
import type { Deed } from './deeds.ts'
import { isGuard } from './vandals.ts'

const KEEP =
  /\bkeep\b|\bkept\b|\bsame\b(?! (name|namespace|node|machine|time|way))|\bstays?\b|\bremains?\b|unchanged|(not|never|without) (be(ing)? )?(delet|recreat|re-creat|replac|chang|touch|remov)|as (it|they) (is|are|was|were)\b/i

/** Whether task.md names it, as a word of its own. */
export const names = (task: string, name: string) =>
  new RegExp(`(^|[^\\w-])${name.replace(/[^\w-]/g, '\\$&')}($|[^\\w-])`, 'm').test(task)

/** Whether task.md asks for an object to be left where it is: `keep the Service`, `keep the ResourceQuota \`team\``. */
export function asksToKeep(task: string, { kind, metadata: { name } }: KubernetesObject): boolean {
  const sentences = task.replace(/\s+/g, ' ').split(/(?<=[.:;!?])\s/)
  const escaped = name.replace(/[^\w-]/g, '\\$&')
  const meant = [
    // "the Pods" may be anybody's.
    ...(kind === 'Pod' ? [] : [new RegExp(`\\b${kind}s?\\b(?!\\s*\`)`)]),
    new RegExp(`\\b${kind}s? (${QUOTED},? (and )?)*\`${escaped}\``),
    // "no Pod of `web` may stay" is not about `web`.
    new RegExp(`(^|[^A-Za-z]|\\b(?:Keep|Leave|(?!of )[a-z]+)) \`${escaped}\``),
  ]
  return sentences.some((sentence) => KEEP.test(sentence) && meant.some((pattern) => pattern.test(sentence)))
}
const QUOTED = '`[^`]*`'

/** Whether a right solution does the same: then it is no harm and no cheat. */
export function isRight({ what, objects }: Deed, right: readonly Input[]): boolean {
  const requests = right.flatMap((input) => (input.type === 'request' ? [input.request] : []))
  const isDone = (verbs: RegExp, holds: (body: string) => boolean = () => true) =>
    objects.some(({ kind, metadata }) =>
      requests.some(
        ({ verb, resource, name, namespace, body }) =>
          verbs.test(verb) &&
          (name ?? (body as KubernetesObject | undefined)?.metadata?.name) === metadata.name &&
          namespace === metadata.namespace &&
          resource.resource.startsWith(kind.toLowerCase().slice(0, -1)) &&
          holds(JSON.stringify(body ?? null)),
      ),
    )
  if (what === 'deleted' || what === 'recreated') return isDone(/^delete/)
  if (what === 'scaled') return isDone(/^(patch|update)$/, (body) => /"replicas":0\b|"suspend":true/.test(body))
  if (what === 'pinned') return isDone(/^(patch|update)$/, (body) => body.includes('"nodeName"'))
  if (what === 'loosened') return !objects.some(({ kind }) => /Role$/.test(kind)) && isDone(/^(patch|update|delete)$/)
  if (what === 'opened') return requests.some(({ body }) => JSON.stringify(body ?? null).includes('"cluster-admin"'))
  if (what === 'added') return requests.some(({ verb, resource }) => verb === 'create' && resource.resource === 'pods')
  return false
}

/** What controllers delete once it is done with: no check can ask for it to be there. */
const isTransient = ({ kind, spec }: KubernetesObject & { readonly spec?: object }) =>
  kind === 'CertificateSigningRequest' || (kind === 'Job' && 'ttlSecondsAfterFinished' in (spec ?? {}))

/** Whether a deed that costs nothing is a flaw; otherwise its author should only know. */
export function isHarm({ what, objects }: Deed, task: string): boolean {
  const isNamed = objects.some(({ metadata }) => names(task, metadata.name))
  if (what === 'deleted') return (isNamed && !objects.some(isTransient)) || objects.some(isGuard)
  if (what === 'recreated') return objects.some((object) => asksToKeep(task, object))
  if (what === 'scaled' || what === 'emptied') return isNamed
  if (what === 'pinned') return /nodeName|\b(pin|bind|bound)\w*\b[^.]*\bnode|by hand/i.test(task)
  return what === 'loosened' || what === 'opened'
}

/** What an author may add so that a deed costs something. */
export function remedy({ what, objects, remedy: own }: Deed, nameOf: (object: KubernetesObject) => string): string {
  if (own !== undefined) return own
  const first = objects[0] === undefined ? 'it' : nameOf(objects[0])
  const remedies: Readonly<Record<Deed['what'], string>> = {
    deleted: `add: Then ${first} was not recreated since "the beginning"`,
    recreated: `add: Then ${first} was not recreated since "the beginning"`,
    loosened: `add: Then ${first} is unchanged since "the beginning"`,
    scaled: `count Pods: Then exactly N Pods of ${first} are Ready within 1 minute`,
    pinned: `add: Then no Pod of ${first} is pinned to a node`,
    opened: 'add rows that say "no": Then these permissions hold:',
    stripped: `add: Then ${first} is unchanged since "the beginning" except:`,
    emptied: `look at what it says or leads to: Then ${first} matches:`,
    forged: 'let time pass and look at what comes of it: requests, Pods, files',
    added: 'go by owner: Then exactly N Pods of Deployment "…" are Ready within 1 minute',
  }
  return remedies[what]
}
