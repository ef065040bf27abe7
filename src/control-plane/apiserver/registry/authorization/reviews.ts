import { defineKind } from '../kind.ts'

const review = {
  group: 'authorization.k8s.io',
  version: 'v1',
  namespaced: false,
  verbs: ['create'],
  columns: [],
  virtual: true,
} as const

export const subjectAccessReview = defineKind({
  ...review,
  kind: 'SubjectAccessReview',
  resource: 'subjectaccessreviews',
  singular: 'subjectaccessreview',
  schema: 'io.k8s.api.authorization.v1.SubjectAccessReview',
})

export const localSubjectAccessReview = defineKind({
  ...review,
  kind: 'LocalSubjectAccessReview',
  resource: 'localsubjectaccessreviews',
  singular: 'localsubjectaccessreview',
  namespaced: true,
  schema: 'io.k8s.api.authorization.v1.LocalSubjectAccessReview',
})

export const selfSubjectAccessReview = defineKind({
  ...review,
  kind: 'SelfSubjectAccessReview',
  resource: 'selfsubjectaccessreviews',
  singular: 'selfsubjectaccessreview',
  schema: 'io.k8s.api.authorization.v1.SelfSubjectAccessReview',
})

export const selfSubjectRulesReview = defineKind({
  ...review,
  kind: 'SelfSubjectRulesReview',
  resource: 'selfsubjectrulesreviews',
  singular: 'selfsubjectrulesreview',
  schema: 'io.k8s.api.authorization.v1.SelfSubjectRulesReview',
})
