import type { KubernetesObject } from '../api/types.ts'
import { shifted } from './client-time.ts'
import type { ServedColumn, ServedKind } from './contract.ts'
import { type Encoder, joined } from './encode.ts'

export type IncludeObject = 'None' | 'Metadata' | 'Object'

interface CachedRow {
  /** Whose columns they are: those of custom resources change. */
  readonly kind: ServedKind
  /** JSON of each cell; undefined where it depends on the time. */
  readonly cells: readonly (string | undefined)[]
}

/**
 * Rows of Tables (`kubectl get`). A cell whose function takes the time (it has a second parameter) is computed for
 * every answer, all others once per revision of the object.
 * Source: apiserver/pkg/endpoints/handlers/response.go asTable
 */
export class Tables {
  readonly #encoder: Encoder
  readonly #rows = new WeakMap<object, CachedRow>()

  constructor(encoder: Encoder) {
    this.#encoder = encoder
  }

  list(
    kind: ServedKind,
    version: string,
    metadata: unknown,
    objects: readonly KubernetesObject[],
    include: IncludeObject,
    now: number,
  ): Buffer {
    const rows = objects.map((object) => this.#row(kind, version, object, include, now))
    return joined(this.#head(version, metadata, columnDefinitions(kind)), rows, ']}')
  }

  /** The object of one watch event; the first event of a watch has the column definitions, the others have none. */
  event(
    kind: ServedKind,
    version: string,
    object: KubernetesObject,
    include: IncludeObject,
    now: number,
    first: boolean,
  ): Buffer {
    const metadata = { resourceVersion: object.metadata.resourceVersion }
    const row = this.#row(kind, version, object, include, now)
    return joined(this.#head(version, metadata, first ? columnDefinitions(kind) : null), [row], ']}')
  }

  #head(version: string, metadata: unknown, columns: unknown): string {
    return `{"kind":"Table","apiVersion":"meta.k8s.io/${version}","metadata":${JSON.stringify(metadata)},"columnDefinitions":${JSON.stringify(columns)},"rows":[`
  }

  #row(kind: ServedKind, version: string, object: KubernetesObject, include: IncludeObject, now: number): Buffer {
    let row = this.#rows.get(object)
    if (row?.kind !== kind) {
      row = { kind, cells: kind.columns.map((column) => (isTimely(column) ? undefined : cell(column, object, 0))) }
      this.#rows.set(object, row)
    }
    const cells = row.cells.map((text, index) => text ?? this.#timely(kind.columns[index]!, object, now)).join(',')
    const head = Buffer.from(`{"cells":[${cells}]`)
    const shown = this.#included(object, version, include)
    return Buffer.concat([head, OBJECT, shown ?? NULL, CLOSE])
  }

  /** Ages are as of now, dates in the client's time. */
  #timely(column: ServedColumn, object: KubernetesObject, now: number): string {
    const text = cell(column, object, now)
    if (column.type !== 'date') return text
    return JSON.stringify(shifted(JSON.parse(text), -this.#encoder.aheadMs()))
  }

  #included(object: KubernetesObject, version: string, include: IncludeObject): Buffer | undefined {
    if (include === 'None') return undefined
    return include === 'Object' ? this.#encoder.object(object) : this.#encoder.metadata(object, version)
  }
}

const CLOSE = Buffer.from('}')
const OBJECT = Buffer.from(',"object":')
const NULL = Buffer.from('null')

const isTimely = (column: ServedColumn) => column.cell.length > 1 || column.type === 'date'

function cell(column: ServedColumn, object: KubernetesObject, now: number): string {
  return JSON.stringify(column.cell(object, now) ?? null)
}

const definitions = new WeakMap<ServedKind, unknown>()

function columnDefinitions(kind: ServedKind): unknown {
  let known = definitions.get(kind)
  if (known === undefined) {
    known = kind.columns.map(({ name, type, format, description, priority }) => ({
      name,
      type,
      format: format ?? '',
      description,
      priority: priority ?? 0,
    }))
    definitions.set(kind, known)
  }
  return known
}

/** @returns undefined for a value that is none of the three. Source: response.go targetEncodingForTransform, asTable */
export function includeObject(query: URLSearchParams): IncludeObject | undefined {
  const asked = query.get('includeObject') || 'Metadata'
  return asked === 'None' || asked === 'Metadata' || asked === 'Object' ? asked : undefined
}
