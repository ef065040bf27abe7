import type { KubernetesObject } from '../../../api/types.ts'

/** The newest of the classes marked as default; of two made at once, the first by name. Source: pkg/volume/util/storageclass.go GetDefaultClass */
export function newestDefault<T extends KubernetesObject>(
  classes: readonly T[],
  annotations: readonly string[],
): T | undefined {
  const marked = classes.filter(({ metadata }) => annotations.some((each) => metadata.annotations?.[each] === 'true'))
  if (marked.length < 2) return marked[0]
  return [...marked].sort((a, b) => {
    const [left, right] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '']
    if (left === right) return a.metadata.name < b.metadata.name ? -1 : 1
    return left > right ? -1 : 1
  })[0]
}
