Feature: Checks

  @criterion:starts
  Scenario: Both servers come up and stay up
    Then Deployment "books/ledger" was not recreated since "the beginning"
    And Deployment "books/ledger" finishes its rollout within 8 minutes
    And field "spec.replicas" of Deployment "books/ledger" is "2"
    When this moment is remembered as "the repair"
    And 30 minutes pass
    Then exactly 2 Pods of Deployment "books/ledger" were Ready at all times since "the repair"
    When the Pods of Deployment "books/ledger" are deleted
    Then exactly 2 Pods of Deployment "books/ledger" are Ready within 150 seconds

  @criterion:heals
  Scenario: One server hangs
    Given Deployment "books/ledger" finishes its rollout within 8 minutes
    And 10 minutes pass
    When the liveness probe of one Pod of Deployment "books/ledger" fails
    Then Deployment "books/ledger" matches:
      """yaml
      spec: {template: {spec: {containers: [{name: ledger, livenessProbe: {}}]}}}
      """
    # A server that was killed needs its minute and a half again.
    When 65 seconds pass
    Then exactly 1 Pod of Deployment "books/ledger" is NotReady
