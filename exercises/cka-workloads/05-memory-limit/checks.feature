Feature: Checks

  @criterion:stays
  Scenario: Neither Pod is killed in the next half hour
    Then Deployment "stats/aggregator" finishes its rollout within 10 minutes
    And field "spec.replicas" of Deployment "stats/aggregator" is "2"
    And exactly 2 Pods of Deployment "stats/aggregator" are Ready
    When this moment is remembered as "the repair"
    And 30 minutes pass
    Then exactly 2 Pods of Deployment "stats/aggregator" were Ready at all times since "the repair"

  @criterion:ceiling
  Scenario: The LimitRange still says 256Mi
    Then LimitRange "stats/ceiling" was not recreated since "the beginning"
    And field "spec" of LimitRange "stats/ceiling" did not change since "the beginning"

  @criterion:kept
  Scenario: The same Deployment, whose Pods ask for memory
    Given Deployment "stats/aggregator" finishes its rollout within 10 minutes
    Then Deployment "stats/aggregator" was not recreated since "the beginning"
    # Where 63Mi may be asked for, there is no room for two Pods that ask for 32Mi or more.
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: probe, namespace: stats}
      spec: {hard: {requests.memory: 63Mi}}
      """
    And 10 seconds pass
    And the Pods of Deployment "stats/aggregator" are deleted
    Then Deployment "stats/aggregator" has a Warning event FailedCreate within 2 minutes
    And that event's message contains "exceeded quota: probe"
