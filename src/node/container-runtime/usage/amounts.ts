import type { Curve } from './curve.ts'

/** What a process takes of its machine. What is left out: as an idle program of its image. */
export interface Amounts {
  /** Cores. */
  readonly cpu?: Curve
  /** Bytes of the working set. */
  readonly memory?: Curve
  /** Bytes and files it keeps in its container's writable layer. */
  readonly disk?: Curve
  readonly inodes?: Curve
  /** Processes and threads. */
  readonly pids?: Curve
  readonly perRequest?: RequestCost
}

/** What each request that reaches the container costs it. */
export interface RequestCost {
  /** Core-seconds of work. */
  readonly cpu?: number
  /** Bytes it does not give back. */
  readonly memory?: number
}

/** What a container takes at one moment. */
export interface Usage {
  /** Cores. */
  readonly cpu: number
  /** Bytes of the working set. */
  readonly memory: number
  /** Core-seconds since its start. */
  readonly cpuSeconds: number
  /** Bytes and files of its writable layer beyond the image. */
  readonly disk: number
  readonly inodes: number
  readonly pids: number
}
