Feature: Checks

  @criterion:runs
  Scenario: Three replicas, also after one was lost
    # The controller tries again with growing pauses.
    Then exactly 3 Pods of Deployment "render/frames" are Ready within 20 minutes
    And Deployment "render/frames" finishes its rollout within 1 minute
    And field "spec.replicas" of Deployment "render/frames" is "3"
    When 30 minutes pass
    And one Pod of Deployment "render/frames" is deleted
    Then exactly 3 Pods of Deployment "render/frames" are Ready within 1 minute

  @criterion:quota
  Scenario: The quota still holds
    Then ResourceQuota "render/team" was not recreated since "the beginning"
    And field "spec" of ResourceQuota "render/team" did not change since "the beginning"

  @criterion:kept
  Scenario: The Deployment was not replaced
    Then Deployment "render/frames" was not recreated since "the beginning"
