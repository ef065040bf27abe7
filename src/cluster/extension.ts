import type { Client, EventRecorder } from '../client/contract.ts'
import type { AdmissionPlugin } from '../control-plane/apiserver/contract.ts'
import type { ControllerDescriptor } from '../control-plane/controller-manager/controller.ts'
import type { Registry } from '../control-plane/scheduler/framework.ts'
import type { Image, Process, Program } from '../node/contract.ts'
import type { Statechart } from './statecharts.ts'

/**
 * What somebody adds to a cluster from a package of his own: `createCluster({ extensions: [mine] })`, `extend(mine)` in a
 * feature suite, `kubedrill serve --extension mine.js`. All of it lives by the rules of the core: synchronous, time from
 * the clock and chance from the random stream it is given, or runs are not the same twice.
 */
export interface Extension {
  /** Names it in errors. */
  readonly name: string
  /** Images for Pods to run: operators, simulated services. */
  readonly images?: readonly ExtensionImage[]
  /** Controllers that run in kube-controller-manager; `--controllers` starts and stops them by name. */
  readonly controllers?: readonly ControllerDescriptor[]
  /** Out-of-tree scheduling plugins: they act in the profiles of a KubeSchedulerConfiguration that enable them. */
  readonly schedulerPlugins?: Registry
  /** Run after the API server's own plug-ins, unless --disable-admission-plugins names them. */
  readonly admissionPlugins?: readonly AdmissionPlugin[]
  /** Charts that its parts live by, for `kubedrill machines` and the report of transitions. */
  readonly statecharts?: readonly Statechart[]
}

/** An image and what a container of it does. */
export interface ExtensionImage extends Omit<Image, 'program' | 'sizeBytes'> {
  /** Default 50 MB. */
  readonly sizeBytes?: number
  /** Called once for each cluster. */
  readonly program: (cluster: InCluster) => Program
}

/** The cluster as a program in one of its Pods reaches it. */
export interface InCluster {
  /**
   * A client as the Pod's service account, as client-go's in-cluster configuration makes it.
   *
   * @returns why there is none, as client-go words it
   */
  connect(process: Process): Client | string
  /** Records Events in the name of a component. */
  recorder(process: Process, client: Client, component: string): EventRecorder
}
