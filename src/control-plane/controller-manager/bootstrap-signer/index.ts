import { decodeBase64, encodeBase64 } from '../../../api/base64.ts'
import { hmacSha256 } from '../../../api/sha256.ts'
import { parseTime } from '../../../api/time.ts'
import { type ConfigMap, isStatus, type Secret, type Status } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'

/** Signs the public ConfigMap `cluster-info` with every bootstrap token: who joins can tell it is genuine. Source: pkg/controller/bootstrap/bootstrapsigner.go */
export const bootstrapSignerController: ControllerDescriptor = {
  name: 'bootstrap-signer-controller',
  account: 'bootstrap-signer',
  component: 'bootstrap-signer-controller',
  onlyWhenNamed: true,
  start: startBootstrapSigner,
}

const TYPE = 'bootstrap.kubernetes.io/token'
const PREFIX = 'jws-kubeconfig-'

function startBootstrapSigner({ client, informers, world }: ControllerContext): Controller {
  const loop = startLoop({
    component: 'controller-manager/bootstrap-signer-controller',
    world,
    reconcile: () => sign(client, world.clock.now()),
  })
  const poke = () => loop.queue.add('kube-public/cluster-info')
  const stops = [
    informers.on('ConfigMap', poke, { namespace: 'kube-public', fieldSelector: 'metadata.name=cluster-info' }),
    informers.on('Secret', poke, { namespace: 'kube-system', fieldSelector: `type=${TYPE}` }),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      loop.stop()
    },
  }
}

function sign(client: Client, now: number): Status | undefined {
  const tokens = client
    .list('Secret', { namespace: 'kube-system', fieldSelector: `type=${TYPE}` })
    .flatMap((secret) => tokenIn(secret, now) ?? [])
  const current = client.get('ConfigMap', 'cluster-info', 'kube-public')
  if (current === undefined || signed(current, tokens) === current) return undefined
  const answer = client.update('ConfigMap', 'cluster-info', 'kube-public', (object) => signed(object, tokens))
  return isStatus(answer) && answer.reason !== 'NotFound' ? answer : undefined
}

interface Token {
  readonly id: string
  readonly secret: string
}

/** Source: pkg/controller/bootstrap/util.go validateSecretForSigning */
function tokenIn({ metadata, data = {} }: Secret, now: number): Token | undefined {
  const value = (key: string) => (data[key] === undefined ? '' : decodeBase64(data[key]))
  const [id, secret] = [value('token-id'), value('token-secret')]
  if (id === '' || secret === '' || metadata.name !== `bootstrap-token-${id}`) return undefined
  const expiration = value('expiration')
  if (expiration !== '' && !(now < parseTime(expiration))) return undefined
  return value('usage-bootstrap-signing') === 'true' ? { id, secret } : undefined
}

/** The ConfigMap itself where nothing changes. Source: bootstrapsigner.go signConfigMap */
function signed(object: ConfigMap, tokens: readonly Token[]): ConfigMap {
  const { data = {} } = object
  const { kubeconfig } = data
  if (kubeconfig === undefined) return object
  const others = Object.entries(data).filter(([key]) => !key.startsWith(PREFIX))
  const signatures = tokens.map((token) => [PREFIX + token.id, detachedSignature(kubeconfig, token)] as const)
  const next = Object.fromEntries([...others, ...signatures])
  const same =
    Object.keys(next).length === Object.keys(data).length &&
    signatures.every(([key, signature]) => data[key] === signature)
  return same ? object : { ...object, data: next }
}

/** A JWS without its payload. Source: k8s.io/cluster-bootstrap/token/jws ComputeDetachedSignature */
function detachedSignature(content: string, { id, secret }: Token): string {
  const header = urlSafe(encodeBase64(JSON.stringify({ alg: 'HS256', kid: id })))
  const signature = hmacSha256(secret, `${header}.${urlSafe(encodeBase64(content))}`)
  return `${header}..${urlSafe(encodeBase64(signature))}`
}

const urlSafe = (base64: string) => base64.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
