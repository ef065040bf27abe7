import type { CertificateSigner } from '../../api/request.ts'
import type { CustomResourceDefinition, ExpressionWarning, Kind, ValidatingAdmissionPolicy } from '../../api/types.ts'
import type { Client, EventRecorder } from '../../client/contract.ts'
import type { ChartWorld } from '../../sim/chart.ts'
import type { Random } from '../../sim/random.ts'
import type { ControllerManagerFlags } from './flags.ts'
import type { Informers } from './informers.ts'

/** What a controller is given when it starts. */
export interface ControllerContext {
  /** Talks as the controller's own service account. */
  readonly client: Client
  /** What changes, shared by all controllers of this process. */
  readonly informers: Informers
  /** Records Events in the name of the controller's component. */
  readonly recorder: EventRecorder
  readonly world: ChartWorld
  /** A stream of its own. */
  readonly random: Random
  readonly flags: ControllerManagerFlags
  readonly authority: ClusterAuthority
  readonly kinds: readonly KindInfo[]
  readonly checkPolicy?: PolicyCheck
}

/** What is doubtful in a policy's expressions, by the schemas of what they are about. */
export type PolicyCheck = (
  policy: ValidatingAdmissionPolicy,
  definitions: readonly CustomResourceDefinition[],
) => readonly ExpressionWarning[]

/** The cluster's secrets that two controllers hand out: the text of --root-ca-file, and tokens signed with --service-account-private-key-file. */
export interface ClusterAuthority {
  readonly rootCA: string
  /** With --cluster-signing-cert-file and --cluster-signing-key-file; without it nothing is signed. */
  readonly certificates?: CertificateSigner
  readonly signToken?: (claims: Readonly<Record<string, unknown>>) => string
}

/** A kind that the API server stores, as discovery tells it. */
export interface KindInfo {
  readonly apiVersion: string
  readonly kind: string
  readonly resource: string
  readonly namespaced: boolean
  /** How a client names it; default by its kind. */
  readonly key?: string
}

/** A controller that runs. */
export interface Controller {
  stop(): void
}

/** One row of the table. Source: cmd/kube-controller-manager/names/controller_names.go, app/core.go and its neighbours */
export interface ControllerDescriptor {
  /** As `--controllers` knows it: `deployment-controller`. */
  readonly name: string
  /** Its service account in kube-system. */
  readonly account: string
  /** The component its Events come from. */
  readonly component: string
  /** Kinds without which it has nothing to do: it does not start where the API server does not serve them. */
  readonly needs?: readonly Kind[]
  /** It talks as the controller manager itself: nobody has given its account any rights. Source: controllermanager.go newServiceAccountTokenController, rootClientBuilder */
  readonly asManager?: boolean
  /** `*` does not mean it: --controllers has to name it. Source: controller_descriptor.go isDisabledByDefault */
  readonly onlyWhenNamed?: boolean
  readonly start: (context: ControllerContext) => Controller
}
