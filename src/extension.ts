/**
 * What a package of your own needs to add controllers, plug-ins, programs and charts to a cluster: docs/extending.md.
 * All of it runs inside the simulation: synchronous, with the clock and the random stream it is given.
 */
export { findCondition, setCondition } from './api/conditions.ts'
export { failure, forbidden, hasReason } from './api/status.ts'
export type * from './api/types.ts'
export { isStatus } from './api/types.ts'
export type { Client, EventRecorder, ListOptions } from './client/contract.ts'
export { type ResourceClient, resourceClient } from './client/resource-client.ts'
export { type Loop, type LoopOptions, type Reconcile, startLoop } from './client/work-loop.ts'
export type { Extension, ExtensionImage, InCluster } from './cluster/extension.ts'
export type { Statechart } from './cluster/statecharts.ts'
export type { AdmissionAttributes, AdmissionPlugin } from './control-plane/apiserver/contract.ts'
export type {
  Controller,
  ControllerContext,
  ControllerDescriptor,
} from './control-plane/controller-manager/controller.ts'
export type {
  Plugin,
  PluginFactory,
  PluginHandle,
  Registry,
  Snapshot,
  Status as PluginStatus,
} from './control-plane/scheduler/framework.ts'
export type { NodeInfo } from './control-plane/scheduler/node-info.ts'
export type { PodInfo } from './control-plane/scheduler/pod-info.ts'
export type { NetworkAnswer, NetworkRequest, Process, Program } from './node/contract.ts'
export { type ChartState, type Charts, type ChartWorld, createCharts, startChart } from './sim/chart.ts'
export type { Random } from './sim/random.ts'
