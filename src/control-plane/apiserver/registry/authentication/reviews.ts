import { defineKind } from '../kind.ts'

const review = {
  group: 'authentication.k8s.io',
  version: 'v1',
  namespaced: false,
  verbs: ['create'],
  columns: [],
  virtual: true,
} as const

export const tokenReview = defineKind({
  ...review,
  kind: 'TokenReview',
  resource: 'tokenreviews',
  singular: 'tokenreview',
  schema: 'io.k8s.api.authentication.v1.TokenReview',
})

export const selfSubjectReview = defineKind({
  ...review,
  kind: 'SelfSubjectReview',
  resource: 'selfsubjectreviews',
  singular: 'selfsubjectreview',
  schema: 'io.k8s.api.authentication.v1.SelfSubjectReview',
})
