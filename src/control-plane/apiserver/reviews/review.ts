import { withHistory } from '../../../api/managedfields/history.ts'
import type { ApiResponse } from '../../../api/request.ts'
import { notSimulated } from '../../../api/status.ts'
import { type Answer, isStatus, type KubernetesObject } from '../../../api/types.ts'
import { admit } from '../admission/admit.ts'
import type { Call } from '../contract.ts'
import { recordCreate, withoutEntries } from '../managedfields/record.ts'
import { respond } from '../rest/answer.ts'
import { bindNamed } from '../rest/binding.ts'
import { inRequestNamespace } from '../rest/create.ts'
import { decode } from '../rest/decode.ts'
import {
  localSubjectAccessReview,
  selfSubjectAccessReview,
  selfSubjectRulesReview,
  subjectAccessReview,
} from './access-reviews.ts'
import { selfSubjectReview, tokenReview } from './authentication-reviews.ts'

type Reviewer = (call: Call, review: never) => Answer<KubernetesObject>

const REVIEWERS: Readonly<Record<string, Reviewer>> = {
  LocalSubjectAccessReview: localSubjectAccessReview,
  SelfSubjectAccessReview: selfSubjectAccessReview,
  SelfSubjectReview: selfSubjectReview,
  SelfSubjectRulesReview: selfSubjectRulesReview,
  SubjectAccessReview: subjectAccessReview,
  TokenReview: tokenReview,
}

/** Kinds that are asked and answered, never stored. */
export function review(call: Call): ApiResponse {
  const { kind } = call.endpoint.definition
  if (kind === 'Binding') return bindNamed(call)
  const reviewer = REVIEWERS[kind]
  if (reviewer === undefined) return respond(call, 501, notSimulated(kind))
  const decoded = decode(call, call.request.body)
  if (isStatus(decoded)) return respond(call, 400, decoded)
  const object = inRequestNamespace(call, decoded)
  if (isStatus(object)) return respond(call, 400, object)
  const recorded = withHistory(withoutEntries(object), recordCreate(call, object))
  const admitted = admit(call, 'CREATE', recorded, undefined)
  return respond(call, 201, isStatus(admitted) ? admitted : reviewer(call, admitted as never))
}
