import type { Container } from '../../../api/types.ts'

export type { Serve } from '../../contract.ts'

/** A port given as a number or by the name of a container port. Source: pkg/probe/util.go ResolveContainerPort */
export function resolvePort(port: string | number | undefined, container: Container): number | undefined {
  if (typeof port === 'number') return port
  const named = container.ports?.find(({ name }) => name === port)?.containerPort
  if (named !== undefined) return named
  const number = Number(port)
  return Number.isInteger(number) && number > 0 && number < 65_536 ? number : undefined
}
