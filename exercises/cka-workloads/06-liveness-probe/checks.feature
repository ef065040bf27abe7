Feature: Checks

  @criterion:stable
  Scenario: Both servers run through the next half hour
    Then Deployment "web/portal" finishes its rollout within 8 minutes
    And field "spec.replicas" of Deployment "web/portal" is "2"
    When this moment is remembered as "the repair"
    And 30 minutes pass
    Then exactly 2 Pods of Deployment "web/portal" were Ready at all times since "the repair"

  @criterion:heals
  Scenario: One of the servers hangs
    Given Deployment "web/portal" finishes its rollout within 8 minutes
    And 5 minutes pass
    When the liveness probe of one Pod of Deployment "web/portal" fails
    Then Deployment "web/portal" matches:
      """yaml
      spec: {template: {spec: {containers: [{name: web, livenessProbe: {}}]}}}
      """
    # Killed again and again, it must be in back-off soon; a patient probe never gets that far.
    And a Pod of Deployment "web/portal" is CrashLoopBackOff within 4 minutes

  @criterion:kept
  Scenario: The Deployment was not replaced
    Then Deployment "web/portal" was not recreated since "the beginning"
    And Service "web/portal" was not recreated since "the beginning"
