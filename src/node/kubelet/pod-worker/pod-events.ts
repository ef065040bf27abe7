import type { Container, Node, Pod } from '../../../api/types.ts'
import type { EventRecorder } from '../../../client/contract.ts'
import type { ContainerSlot } from './pod-record.ts'

/** Events about pods and their containers. */
export class PodEvents {
  readonly #recorder: EventRecorder
  /** A static pod is known to the API as its mirror. */
  readonly #translate: (pod: Pod) => Pod

  constructor(recorder: EventRecorder, translate: (pod: Pod) => Pod) {
    this.#recorder = recorder
    this.#translate = translate
  }

  pod(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#recorder.event(this.#translate(pod), type, reason, message)
  }

  annotated(
    pod: Pod,
    annotations: Readonly<Record<string, string>> | undefined,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ): void {
    this.#recorder.event(this.#translate(pod), type, reason, message, undefined, annotations)
  }

  /** About one container: `fieldPath` is `spec.containers{web}`. Source: pkg/kubelet/container/ref.go GenerateContainerRef */
  container(pod: Pod, slot: ContainerSlot, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#recorder.event(this.#translate(pod), type, reason, message, fieldPathOf(slot))
  }

  node(node: Node, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#recorder.event(node, type, reason, message)
  }
}

const paths = new WeakMap<Container, string>()

function fieldPathOf({ kind, name, spec }: ContainerSlot): string {
  let path = paths.get(spec)
  if (path === undefined) {
    path = `spec.${LISTS[kind]}{${name}}`
    paths.set(spec, path)
  }
  return path
}

const LISTS = {
  main: 'containers',
  init: 'initContainers',
  sidecar: 'initContainers',
  ephemeral: 'ephemeralContainers',
} as const
