import { type FieldRequirement, FieldSelectorError, parseFieldSelector } from '../../../api/fields.ts'
import type { ApiRequest, UserInfo } from '../../../api/request.ts'
import { forbidden } from '../../../api/status.ts'
import type { Status } from '../../../api/types.ts'
import type { Attributes, Server } from '../contract.ts'

/** May the user do what the request asks for? @returns why not */
export function authorize(server: Server, user: UserInfo, request: ApiRequest): Status | undefined {
  const attributes = attributesOf(user, request)
  const { allowed, reason } = server.authorizer.authorize(attributes)
  return allowed ? undefined : forbiddenStatus(attributes, reason)
}

/** Source: apiserver/pkg/endpoints/filters/authorization.go GetAuthorizerAttributes, request/requestinfo.go */
export function attributesOf(
  user: UserInfo,
  { verb, cached, resource, namespace, name, options }: ApiRequest,
): Attributes {
  const fields = options?.fieldSelector ? fieldsOf(options.fieldSelector) : undefined
  const named = name ?? fields?.find(({ field, operator }) => field === 'metadata.name' && operator === '=')?.value
  // A request for one namespace counts as one inside it.
  const inside = resource.resource === 'namespaces' && resource.group === '' ? name : namespace
  return {
    user,
    verb: cached ? 'list' : verb,
    group: resource.group,
    version: resource.version,
    resource: resource.resource,
    subresource: resource.subresource,
    namespace: inside,
    name: verb === 'create' && resource.subresource === undefined ? undefined : named,
    ...(fields !== undefined && { fields }),
  }
}

function fieldsOf(text: string): readonly FieldRequirement[] | undefined {
  try {
    return parseFieldSelector(text)
  } catch (error) {
    // What is wrong with it is said once the user may ask at all.
    if (error instanceof FieldSelectorError) return undefined
    throw error
  }
}

/** Source: endpoints/handlers/responsewriters/errors.go ForbiddenStatusError, forbiddenMessage */
export function forbiddenStatus(attributes: Attributes, reason: string): Status {
  const { group, resource, name = '', path } = attributes
  const message = sanitized(forbiddenMessage(attributes))
  const subject = path === undefined ? { group, resource } : { group: '', resource: '' }
  return forbidden(subject, name, reason === '' ? message : `${message}: ${reason}`)
}

function forbiddenMessage({ user, verb, group, resource, subresource, namespace, path }: Attributes): string {
  if (path !== undefined) return `User "${user.name}" cannot ${verb} path "${path}"`
  const what = subresource ? `${resource}/${subresource}` : resource
  const where = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope'
  return `User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}" ${where}`
}

function sanitized(message: string): string {
  return message.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
