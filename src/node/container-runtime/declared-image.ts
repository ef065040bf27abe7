import type { Amounts } from './usage/amounts.ts'

/** How a container of an image behaves, declared. All durations in ms; what is left out does not happen. */
export interface DeclaredImage {
  /** `shop:v2`, normalised as any image name. */
  readonly name: string
  readonly sizeBytes?: number
  readonly pullTakesMs?: number
  /** From the start of the process until its first log line. */
  readonly startsAfterMs?: number
  /** From the start of the process until it serves its ports; before that connections are refused. */
  readonly readyAfterMs?: number
  readonly listensOn?: readonly number[]
  /** Default 0 where `exitsAfterMs` is given. Alone: exits at once. */
  readonly exitsWith?: number
  readonly exitsAfterMs?: number
  readonly logs?: readonly string[]
  /** Answers by path; `*` is any other path. Without it every path answers 200 with the host name. */
  readonly http?: Readonly<Record<string, DeclaredAnswer>>
  /** Answers of its gRPC health service by the service asked for; `""` is the server as a whole. Without it it speaks no gRPC. */
  readonly grpc?: Readonly<Record<string, 'SERVING' | 'NOT_SERVING' | 'UNKNOWN'>>
  /** Variables without which it prints an error and exits with 1. */
  readonly requiresEnv?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What a running container takes: `kubectl top` shows it, limits and node pressure act on it. */
  readonly usage?: Amounts
  /** How long it takes from SIGTERM to its end; default at once. `-1`: it ignores SIGTERM. */
  readonly stopsAfterMs?: number
}

export interface DeclaredAnswer {
  readonly status?: number
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly afterMs?: number
}

const duration = { type: 'string', pattern: '^(\\d+(\\.\\d+)?(ms|s|m|h))+$' } as const
const exitCode = { type: 'integer', minimum: 0, maximum: 255 } as const

const quantity = {
  anyOf: [
    { type: 'string', minLength: 1 },
    { type: 'number', minimum: 0 },
  ],
} as const
const points = { type: 'array', minItems: 1, items: { type: 'array', minItems: 2, maxItems: 2 } } as const
const amountSchema = {
  anyOf: [
    quantity,
    {
      type: 'object',
      additionalProperties: false,
      properties: {
        base: quantity,
        from: quantity,
        to: quantity,
        over: duration,
        after: duration,
        points,
        steps: points,
        repeat: duration,
        mean: quantity,
        amplitude: quantity,
        period: duration,
        perRequest: quantity,
      },
    },
  ],
} as const

/** What use looks like is checked by `readUsage`. */
const usageSchema = {
  type: 'object',
  additionalProperties: false,
  properties: { cpu: amountSchema, memory: amountSchema, disk: amountSchema, inodes: amountSchema, pids: amountSchema },
} as const

/** What a door checks a file of images against (fixtures/images). Durations are written `3s`, `1m30s`. */
export const declaredImagesSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['images'],
  properties: {
    images: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name'],
        properties: {
          name: { type: 'string', minLength: 1 },
          size: { type: 'integer', minimum: 0 },
          pullTakes: duration,
          startsAfter: duration,
          readyAfter: duration,
          listensOn: { type: 'array', items: { type: 'integer', minimum: 1, maximum: 65535 } },
          exitsWith: exitCode,
          exitsAfter: duration,
          logs: { type: 'array', items: { type: 'string' } },
          http: {
            type: 'object',
            additionalProperties: {
              type: 'object',
              additionalProperties: false,
              properties: {
                status: { type: 'integer', minimum: 100, maximum: 599 },
                body: { type: 'string' },
                headers: { type: 'object', additionalProperties: { type: 'string' } },
                after: duration,
              },
            },
          },
          grpc: { type: 'object', additionalProperties: { enum: ['SERVING', 'NOT_SERVING', 'UNKNOWN'] } },
          requiresEnv: { type: 'array', items: { type: 'string' } },
          env: { type: 'object', additionalProperties: { type: 'string' } },
          usage: usageSchema,
          stopsAfter: { anyOf: [duration, { const: 'never' }] },
        },
      },
    },
  },
} as const
