import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { replay, type ValidationCall } from './validation.ts'

const recorded = new URL('../../../shared/cases/validation-core.jsonl', import.meta.url)

/** Upstream made these calls with feature gates, or privileged containers, other than a v1.36 server has by default. */
const OTHER_SETTINGS = [
  'TestValidateContainers/privilege_disabled__@L9217',
  'TestValidateSecurityContext',
  'TestValidatePodSpec/populate_HostAliases_with_legacy_IP_with_legacy_validation',
  'TestValidateServiceCreate/invalid_name',
  'TestValidateServiceCreate/invalid_generateName',
  'TestValidateServiceCreate/valid_legacy_cluster_ip_with_legacy_validation',
  'TestValidateServiceCreate/valid_legacy_LoadBalancer_source_range_with_legacy_validation',
  'TestValidateServiceCreate/invalid:_trafficDistribution_field_set_to_PreferSameZone_without_feature_gate',
  'TestValidateServiceCreate/invalid:_service_name_begins_with_a_digit_feature_gate_disabled',
  'TestValidateLoadBalancerStatus/legacy_IP_with_legacy_validation',
  'TestValidatePersistentVolumeClaimUpdate/invalid-update-volume-attributes-class-without-featuregate-enabled',
  'TestValidatePersistentVolumeClaimUpdate/invalid-update-volume-attributes-class-to-nil-without-featuregate-enabled',
  'TestValidateVolumeNodeAffinityUpdate',
  ...Array<string>(3).fill('TestValidatePeristentVolumeAttributesClassUpdate'),
  'TestValidatePodResize/Pod_QoS_unchanged,_burstable_->_burstable,_attempt_to_resize_non-sidecar_initContainer_with_FG_disabled',
]

/** One update whose two pods differ in a value the recording keeps only for one of them. */
const INCOMPLETE = ['TestValidatePodUpdate']

/** Claim templates were recorded as their metadata alone. */
const WITHOUT_SPEC = 'ValidatePersistentVolumeClaimTemplate'

describe.skipIf(!existsSync(recorded))('recorded calls of validation (skipped where ../shared is absent)', () => {
  const lines = existsSync(recorded) ? readFileSync(recorded, 'utf8').trim().split('\n') : []
  const calls = lines.map((line) => JSON.parse(line) as ValidationCall)
  const verdicts = calls.map((call) => ({ call, ...replay(call) }))

  test('agree, but for settings nobody has by default', () => {
    const differing = verdicts.filter(
      ({ agrees, note, call }) => !agrees && note === undefined && call.func !== WITHOUT_SPEC,
    )
    const unexpected = differing.filter(({ call }) => ![...OTHER_SETTINGS, ...INCOMPLETE].includes(call.case ?? ''))
    expect(unexpected.map(({ call }) => `${call.func} ${call.case}`)).toEqual([])
    expect(differing.length).toBeLessThanOrEqual(OTHER_SETTINGS.length + INCOMPLETE.length)
  })

  test('of claim templates agree in what is wrong with the metadata', () => {
    const templates = verdicts.filter(({ call }) => call.func === WITHOUT_SPEC)
    const ofMetadata = templates.filter(({ call }) => !JSON.stringify(call.errors).includes('.spec.'))
    expect(ofMetadata.filter(({ agrees }) => !agrees)).toEqual([])
  })

  test('are of kinds that are served', () => {
    const left = new Set(verdicts.filter(({ got }) => got === 'not built').map(({ call }) => call.func))
    expect([...left].sort()).toEqual([])
  })
})

test('a function that is not there counts as a difference', () => {
  expect(replay({ func: 'ValidateNothing', args: [], errors: [] })).toMatchObject({ agrees: false, got: 'not built' })
})
