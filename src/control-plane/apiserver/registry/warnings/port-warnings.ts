import type { Container, ContainerPort } from '../../../../api/types.ts'

type Placed = readonly [path: string, port: ContainerPort]

/** @param containers with their paths, init containers first. Source: pkg/api/pod/warnings.go warningsForPodSpecAndMeta. */
export function portWarnings(containers: readonly (readonly [string, Container])[]): string[] {
  const ports = containers.flatMap(([path, { ports = [] }]) =>
    ports.map((port, i): Placed => [`${path}.ports[${i}]`, port]),
  )
  return ports.length < 2 ? [] : [...overlaps(ports), ...nameClashes(ports)]
}

function overlaps(ports: readonly Placed[]): string[] {
  const known = new Map<string, Placed[]>()
  return ports.flatMap(([path, port]) => {
    const key = `${port.containerPort}/${port.protocol}`
    const others = known.get(key) ?? []
    known.set(key, [...others, [path, port]])
    return others.flatMap(([other, otherPort]) => {
      const how = clash(port, otherPort)
      return how === undefined ? [] : [`${path}: ${how} port definition with ${other}`]
    })
  })
}

function clash(a: ContainerPort, b: ContainerPort): string | undefined {
  const [portA, portB] = [a.hostPort ?? 0, b.hostPort ?? 0]
  const [ipA, ipB] = [a.hostIP ?? '', b.hostIP ?? '']
  if (ipA === ipB && portA === portB) return 'duplicate'
  if (portA === 0 || portB === 0) return 'overlapping'
  return portA === portB && (ipA === '') !== (ipB === '') ? 'dangerously ambiguous' : undefined
}

function nameClashes(ports: readonly Placed[]): string[] {
  const known = new Map<string, string>()
  return ports.flatMap(([path, { name }]) => {
    if (!name) return []
    const other = known.get(name)
    if (other === undefined) {
      known.set(name, path)
      return []
    }
    const effect = `services and probes that select ports by name will use ${other}`
    return [`${path}: duplicate port name ${JSON.stringify(name)} with ${other}, ${effect}`]
  })
}
