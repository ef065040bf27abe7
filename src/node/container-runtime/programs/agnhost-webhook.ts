import type { NetworkAnswer, NetworkRequest, Process } from '../../contract.ts'

interface Review {
  readonly apiVersion?: string
  readonly request?: { readonly uid: string; readonly object?: Reviewed | null }
}

interface Reviewed {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> }
  readonly data?: Readonly<Record<string, string>>
}

interface Verdict {
  readonly allowed: boolean
  readonly message?: string
  readonly patch?: readonly object[]
}

const ALLOWED: Verdict = { allowed: true }

/** The paths that are served. Source: test/images/agnhost/webhook/{alwaysdeny,addlabel,configmap}.go */
const verdicts: Readonly<Record<string, (object: Reviewed) => Verdict>> = {
  '/always-deny': () => ({ allowed: false, message: 'this webhook denies all requests' }),
  '/add-label': ({ metadata: { labels } = {} }) => {
    if (labels === undefined)
      return { allowed: true, patch: [{ op: 'add', path: '/metadata/labels', value: { 'added-label': 'yes' } }] }
    return labels['added-label'] === 'yes'
      ? ALLOWED
      : { allowed: true, patch: [{ op: 'add', path: '/metadata/labels/added-label', value: 'yes' }] }
  },
  '/configmaps': ({ data = {} }) =>
    data['webhook-e2e-test'] === 'webhook-disallow'
      ? { allowed: false, message: 'the configmap contains unwanted key and value' }
      : ALLOWED,
  '/mutating-configmaps': ({ data = {} }) => {
    const stages = [
      ['mutation-start', 'mutation-stage-1'],
      ['mutation-stage-1', 'mutation-stage-2'],
    ] as const
    const due = stages.filter(([after]) => data[after] === 'yes')
    return { allowed: true, patch: due.map(([, stage]) => ({ op: 'add', path: `/data/${stage}`, value: 'yes' })) }
  },
}

/** `agnhost webhook`: admission webhooks. TLS ends before programs here, so there is no certificate to give. */
export function webhook(process: Process, port: number): void {
  process.onSignal((signal) => signal === 'SIGTERM' && process.exit(0))
  process.listen(port, 'TCP', (request) => answer(request))
}

function answer({ protocol, path = '/', body = '' }: NetworkRequest): NetworkAnswer {
  if (protocol !== 'HTTP') return {}
  const route = path.replace(/\?.*$/, '')
  if (route === '/readyz') return { status: 200, body: 'ok' }
  const judge = verdicts[route]
  const review = judge === undefined ? undefined : reviewIn(body)
  if (judge === undefined) return { status: 404, body: '404 page not found\n' }
  if (review?.request === undefined) return { status: 400, body: 'Request could not be decoded' }
  const { allowed, message, patch = [] } = judge(review.request.object ?? {})
  const response = {
    uid: review.request.uid,
    allowed,
    ...(message !== undefined && { status: { message } }),
    ...(patch.length > 0 && { patchType: 'JSONPatch', patch: btoa(JSON.stringify(patch)) }),
  }
  const headers = { 'content-type': 'application/json' }
  return { status: 200, headers, body: JSON.stringify({ ...review, request: undefined, response }) }
}

function reviewIn(body: string): Review | undefined {
  try {
    return JSON.parse(body) as Review
  } catch {
    return undefined
  }
}
