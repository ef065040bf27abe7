import type { Status } from '../../api/types.ts'

/** What a client of exec or attach does; set once, before anything has come. */
export interface ClientEvents {
  /** Undefined is the end of the input. */
  input(bytes: Uint8Array | undefined): void
  resize(size: { readonly width: number; readonly height: number }): void
  gone(): void
}

/** A client of exec or attach, whatever protocol it speaks. */
export interface StreamClient {
  listen(events: ClientEvents): void
  output(stream: 'stdout' | 'stderr', bytes: Buffer): void
  /** How it ended; then the connection is closed. */
  finish(status: Status): void
}

/** Which streams there are. Source: kubelet remotecommand.Options */
export interface StreamChoice {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
}

/** `{"Width":80,"Height":24}` */
export function terminalSize(bytes: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  try {
    const { Width: width, Height: height } = JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>
    return typeof width === 'number' && typeof height === 'number' ? { width, height } : undefined
  } catch {
    return undefined
  }
}
