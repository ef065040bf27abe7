import { PendingWrites } from '../../api/managedfields/history.ts'
import type { OutsideOutcome, TokenAuthority } from '../../api/request.ts'
import type { KubernetesObject, Pod } from '../../api/types.ts'
import type { Clock } from '../../sim/clock.ts'
import { Random } from '../../sim/random.ts'
import type { Etcd } from '../etcd/contract.ts'
import { AdmissionChain } from './admission/chain.ts'
import { admissionPlugins, DEFAULT_ADMISSION_PLUGINS } from './admission/index.ts'
import { rbacEscalation } from './admission/rbac-escalation.ts'
import { CustomResources } from './apiextensions/index.ts'
import { unsignedAuthority } from './authentication/unsigned.ts'
import { AuthorizationModes } from './authorization/authorizer.ts'
import { RBAC_KINDS } from './authorization/rbac.ts'
import type {
  ApiServerOptions,
  Authorizer,
  ComponentHealth,
  InsideCall,
  InsideOutcome,
  Server,
  Storage,
  Table,
} from './contract.ts'
import type { KindDefinition } from './registry/contract.ts'
import { kinds } from './registry/index.ts'
import { Cacher } from './storage/cacher.ts'
import { Dispatcher } from './storage/dispatcher.ts'
import { nodeFilter } from './storage/filter.ts'
import { storageKey, storagePrefix } from './storage/keys.ts'
import { createTable } from './table.ts'

/** The default of --service-account-issuer in kubeadm's manifests. */
const ISSUER = 'https://kubernetes.default.svc.cluster.local'

/** Puts the parts of an API server together. */
export class Parts implements Server {
  readonly clock: Clock
  readonly random: Random
  readonly dryRunRandom = new Random(0, 'dry run')
  readonly etcd: Etcd
  readonly serviceCIDR: string
  readonly componentHealth: () => readonly ComponentHealth[]
  readonly issuer: string
  readonly authority: TokenAuthority
  readonly anonymousAuth: boolean
  readonly bootstrapTokens: boolean
  readonly table: Table
  readonly customResources: CustomResources
  readonly authorizer: Authorizer
  readonly admission: AdmissionChain
  readonly pendingWrites = new PendingWrites()
  /** To components, and to outside watchers. */
  readonly components: Dispatcher
  readonly onlookers: Dispatcher
  readonly ask: ApiServerOptions['ask']
  readonly #post: ApiServerOptions['post']
  #heard = 0
  #outcomes: readonly OutsideOutcome[] | undefined

  constructor(options: ApiServerOptions) {
    this.clock = options.clock
    this.random = options.random
    this.etcd = options.etcd
    this.ask = options.ask
    this.#post = options.post
    this.serviceCIDR = options.serviceCIDR ?? '10.96.0.0/12'
    this.componentHealth = options.componentHealth ?? (() => [])
    this.issuer = options.issuer ?? ISSUER
    this.authority = options.authority ?? unsignedAuthority
    // Source: pkg/kubeapiserver/options/authentication.go ApplyAuthorization
    const everythingAllowed = options.authorizationModes?.includes('AlwaysAllow') ?? false
    this.anonymousAuth = (options.anonymousAuth ?? true) && !everythingAllowed
    this.bootstrapTokens = options.bootstrapTokens ?? false
    this.components = new Dispatcher(options.clock, false)
    this.onlookers = new Dispatcher(options.clock, true)
    this.table = createTable(options.kinds ?? kinds, (definition) => this.#storage(definition))
    this.customResources = new CustomResources(this, (definition) => this.#storage(definition))
    this.authorizer = new AuthorizationModes(this, options.authorizationModes ?? ['Node', 'RBAC'])
    const enabled = new Set(options.admissionPlugins ?? [...DEFAULT_ADMISSION_PLUGINS, 'NodeRestriction'])
    const plugins = admissionPlugins(
      options.tolerations,
      options.admissionConfiguration,
      options.moreAdmissionPlugins,
    ).filter(({ name }) => enabled.has(name))
    this.admission = new AdmissionChain([...plugins, rbacEscalation])
  }

  get outcomes(): readonly OutsideOutcome[] | undefined {
    return this.#outcomes
  }

  during<T>(outcomes: readonly OutsideOutcome[] | undefined, work: () => T): T {
    const before = this.#outcomes
    this.#outcomes = outcomes
    try {
      return work()
    } finally {
      this.#outcomes = before
    }
  }

  post(call: InsideCall & { readonly uid: string }): InsideOutcome & { readonly uid: string } {
    return { uid: call.uid, ...(this.#post?.(call) ?? { error: 'this API server is in no network' }) }
  }

  get revision(): number {
    return Math.max(this.#heard, this.etcd.revision)
  }

  read(kind: string, name: string, namespace?: string): KubernetesObject | undefined {
    const storage = this.table.forKind(kind)?.storage
    return storage?.cacher.start().get(storageKey(storage.prefix, namespace, name))
  }

  readAll(kind: string, namespace?: string): readonly KubernetesObject[] {
    return this.table.forKind(kind)?.storage?.cacher.start().all(namespace) ?? []
  }

  podsOfNode(node: string): readonly Pod[] {
    const storage = this.table.forKind('Pod')?.storage
    const get = storage?.definition.fieldSelectors?.['spec.nodeName']
    if (storage === undefined || get === undefined) return []
    return storage.cacher.start().list(nodeFilter(node, get)) as readonly Pod[]
  }

  #storage(definition: KindDefinition): Storage {
    const { group, resource } = definition
    const prefix = definition.custom ? `/registry/${group}/${resource}/` : storagePrefix(group, resource)
    const definesResources = definition.kind === 'CustomResourceDefinition'
    const affectsRights = RBAC_KINDS.has(definition.kind)
    const cacher = new Cacher({
      etcd: this.etcd,
      prefix,
      fields: definition.fieldSelectors,
      components: this.components,
      onlookers: this.onlookers,
      onChange: ({ revision, object }) => {
        this.#heard = revision
        if (affectsRights) this.authorizer.rbac.changed(object)
        if (definesResources) this.customResources.changed()
        else if (definition.custom !== undefined) this.customResources.objectChanged()
      },
    })
    return { prefix, definition, cacher }
  }
}
