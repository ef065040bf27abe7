import type { Container } from '../../../api/types.ts'

export type { Serve } from '../../contract.ts'

/**
 * A port given as a number or by the name of a container port; a text says why there is none.
 * Source: pkg/probe/util.go ResolveContainerPort
 */
export function portOf(port: string | number | undefined, container: Container): number | string {
  const named = typeof port === 'string' ? container.ports?.find(({ name }) => name === port)?.containerPort : undefined
  const number = named ?? (typeof port === 'number' || /^[+-]?\d+$/.test(port ?? '') ? Number(port) : undefined)
  if (number === undefined) return `strconv.Atoi: parsing ${JSON.stringify(port ?? '')}: invalid syntax`
  return number > 0 && number < 65_536 ? number : `invalid port number: ${number}`
}
