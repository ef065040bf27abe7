import { humanDuration } from '../../../../api/duration.ts'
import { parseTime } from '../../../../api/time.ts'
import type { Container, KubernetesObject } from '../../../../api/types.ts'
import type { Column } from '../contract.ts'
import { sharedTexts } from './texts.ts'

type Cell<T> = Column<T>['cell']

export function column<T>(
  name: string,
  description: string,
  cell: Cell<T>,
  more: { readonly type?: Column<T>['type']; readonly wide?: boolean } = {},
): Column<T> {
  return { name, type: more.type ?? 'string', description, priority: more.wide ? 1 : 0, cell }
}

/** How long ago, or `<unknown>`. Source: printers.go translateTimestampSince. */
export const since = (timestamp: string | undefined, now: number): string =>
  timestamp === undefined ? '<unknown>' : humanDuration(now - parseTime(timestamp))

export const nameColumn: Column<KubernetesObject> = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: sharedTexts.name,
  priority: 0,
  cell: (object) => object.metadata.name,
}

export const ageColumn: Column<KubernetesObject> = column('Age', sharedTexts.creationTimestamp, (object, now) =>
  since(object.metadata.creationTimestamp, now),
)

/** What kinds without a printer show. Source: apiserver/pkg/registry/rest/table.go NewDefaultTableConvertor. */
export const defaultColumns: readonly Column<KubernetesObject>[] = [
  nameColumn,
  column('Created At', sharedTexts.creationTimestamp, (object) => object.metadata.creationTimestamp ?? '', {
    type: 'date',
  }),
]

/** The Containers and Images columns of workloads. Source: printers.go layoutContainerCells. */
export function containerColumns<T>(
  containersOf: (object: T) => readonly Container[] | undefined,
): readonly Column<T>[] {
  const joined = (object: T, of: (container: Container) => string) => (containersOf(object) ?? []).map(of).join(',')
  return [
    column('Containers', sharedTexts.containers, (object) => joined(object, (each) => each.name), { wide: true }),
    column('Images', sharedTexts.images, (object) => joined(object, (each) => each.image ?? ''), { wide: true }),
  ]
}
