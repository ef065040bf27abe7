import type { KubernetesObject } from '../../../api/types.ts'
import { scaleColumns } from './columns/scale.ts'
import type { KindDefinition } from './contract.ts'

/** Lets a definition be written against its own type and kept beside those of other kinds. The API server hands it only objects of its kind. */
export const defineKind = <T extends KubernetesObject>(definition: KindDefinition<T>): KindDefinition =>
  definition as unknown as KindDefinition

const READ_WRITE = { verbs: ['get', 'patch', 'update'] } as const

export const statusSubresource = { status: READ_WRITE } as const

export const scaleSubresource = {
  scale: { ...READ_WRITE, kind: 'Scale', group: 'autoscaling', version: 'v1', columns: scaleColumns },
} as const
