import { type Overload, overload } from '../declarations.ts'
import { CelError, Opaque } from '../values.ts'

/** What a check of an expression asks. Source: apiserver/pkg/cel/library/authz.go */
export interface AuthorizationCheck {
  /** Who, where it is not who makes the request. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string }
  readonly verb: string
  readonly path?: string
  readonly group?: string
  readonly resource?: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
  readonly fieldSelector?: string
  readonly labelSelector?: string
}

export interface AuthorizationAnswer {
  readonly allowed: boolean
  readonly reason: string
  readonly error?: string
}

export type Authorize = (check: AuthorizationCheck) => AuthorizationAnswer

abstract class Plain extends Opaque {
  equals(other: Opaque): boolean {
    return other === this
  }
}

/** The variable `authorizer`. */
export class AuthorizerValue extends Plain {
  readonly type = 'kubernetes.authorization.Authorizer'
  readonly authorize: Authorize
  readonly serviceAccount: AuthorizationCheck['serviceAccount']

  constructor(authorize: Authorize, serviceAccount?: AuthorizationCheck['serviceAccount']) {
    super()
    this.authorize = authorize
    this.serviceAccount = serviceAccount
  }
}

type Asked = Omit<AuthorizationCheck, 'verb'>

/** A check that is being put together: of a path, a group or a resource. `authorizer.requestResource` is one of the last. */
export class CheckValue extends Plain {
  readonly type: string
  readonly authorizer: AuthorizerValue
  readonly asked: Asked

  constructor(kind: 'PathCheck' | 'GroupCheck' | 'ResourceCheck', authorizer: AuthorizerValue, asked: Asked) {
    super()
    this.type = `kubernetes.authorization.${kind}`
    this.authorizer = authorizer
    this.asked = asked
  }
}

class DecisionValue extends Plain {
  readonly type = 'kubernetes.authorization.Decision'
  readonly answer: AuthorizationAnswer

  constructor(answer: AuthorizationAnswer) {
    super()
    this.answer = answer
  }
}

const A = 'kubernetes.authorization'

function check({ authorizer, asked }: CheckValue, verb: string): DecisionValue {
  const { serviceAccount } = authorizer
  return new DecisionValue(authorizer.authorize({ ...asked, ...(serviceAccount && { serviceAccount }), verb }))
}

function nonEmpty(value: string, what: string): string {
  if (value === '') throw new CelError(`${what} must not be empty`)
  return value
}

function refined(field: keyof Asked): Overload {
  return overload(
    `${A}.ResourceCheck.${field}(string): ${A}.ResourceCheck`,
    (of: CheckValue, value: string) => new CheckValue('ResourceCheck', of.authorizer, { ...of.asked, [field]: value }),
  )
}

function serviceAccount({ authorize }: AuthorizerValue, namespace: string, name: string): AuthorizerValue {
  if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) throw new CelError('Invalid service account name')
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(namespace)) throw new CelError('Invalid service account namespace')
  return new AuthorizerValue(authorize, { namespace, name })
}

export const authorizer: readonly Overload[] = [
  overload(
    `${A}.Authorizer.path(string): ${A}.PathCheck`,
    (of: AuthorizerValue, path: string) => new CheckValue('PathCheck', of, { path: nonEmpty(path, 'path') }),
  ),
  overload(
    `${A}.Authorizer.group(string): ${A}.GroupCheck`,
    (of: AuthorizerValue, group: string) => new CheckValue('GroupCheck', of, { group }),
  ),
  overload(`${A}.Authorizer.serviceAccount(string, string): ${A}.Authorizer`, serviceAccount),
  overload(
    `${A}.GroupCheck.resource(string): ${A}.ResourceCheck`,
    (of: CheckValue, resource: string) =>
      new CheckValue('ResourceCheck', of.authorizer, { ...of.asked, resource: nonEmpty(resource, 'resource') }),
  ),
  refined('subresource'),
  refined('namespace'),
  refined('name'),
  refined('fieldSelector'),
  refined('labelSelector'),
  overload(`${A}.PathCheck.check(string): ${A}.Decision`, check),
  overload(`${A}.ResourceCheck.check(string): ${A}.Decision`, check),
  overload(`${A}.Decision.allowed(): bool`, ({ answer }: DecisionValue) => answer.allowed),
  overload(`${A}.Decision.reason(): string`, ({ answer }: DecisionValue) => answer.reason),
  overload(`${A}.Decision.errored(): bool`, ({ answer }: DecisionValue) => answer.error !== undefined),
  overload(`${A}.Decision.error(): string`, ({ answer }: DecisionValue) => answer.error ?? ''),
]
