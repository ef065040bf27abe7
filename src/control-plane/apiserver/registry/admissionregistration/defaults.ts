import type { LabelSelector, MatchResources, ServiceReference } from '../../../../api/types.ts'

/** Defaults that the kinds of this group share. Source: pkg/apis/admissionregistration/v1/defaults.go. */

interface Scoped {
  readonly scope?: string
}

/** SetDefaults_Rule. */
export const ruleDefaults = <R extends Scoped>(rules: readonly R[] | undefined): readonly R[] | undefined =>
  rules?.map((rule) => (rule.scope === undefined ? { ...rule, scope: '*' } : rule))

/** SetDefaults_MatchResources. */
export function matchResourcesDefaults(match: MatchResources): MatchResources {
  const { resourceRules, excludeResourceRules } = match
  return {
    ...match,
    matchPolicy: match.matchPolicy ?? 'Equivalent',
    namespaceSelector: match.namespaceSelector ?? {},
    objectSelector: match.objectSelector ?? {},
    ...(resourceRules !== undefined && { resourceRules: ruleDefaults(resourceRules)! }),
    ...(excludeResourceRules !== undefined && { excludeResourceRules: ruleDefaults(excludeResourceRules)! }),
  }
}

interface Webhook {
  readonly clientConfig: { readonly service?: ServiceReference }
  readonly failurePolicy?: string
  readonly matchPolicy?: string
  readonly namespaceSelector?: LabelSelector
  readonly objectSelector?: LabelSelector
  readonly timeoutSeconds?: number
  readonly rules?: readonly Scoped[]
}

/** SetDefaults_ValidatingWebhook, and what SetDefaults_MutatingWebhook has in common with it; SetDefaults_ServiceReference. */
export function webhookDefaults<W extends Webhook>(webhook: W): W {
  const { clientConfig = {}, rules } = webhook
  const { service } = clientConfig
  return {
    ...webhook,
    clientConfig:
      service === undefined ? clientConfig : { ...clientConfig, service: { ...service, port: service.port ?? 443 } },
    failurePolicy: webhook.failurePolicy ?? 'Fail',
    matchPolicy: webhook.matchPolicy ?? 'Equivalent',
    namespaceSelector: webhook.namespaceSelector ?? {},
    objectSelector: webhook.objectSelector ?? {},
    timeoutSeconds: webhook.timeoutSeconds ?? 10,
    ...(rules !== undefined && { rules: ruleDefaults(rules) }),
  }
}
