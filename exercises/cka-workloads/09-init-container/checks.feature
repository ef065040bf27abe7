Feature: Checks

  @criterion:serves
  Scenario: Both Pods reach the database, and still do half an hour later
    Then Deployment "forum/forum" finishes its rollout within 5 minutes
    And field "spec.replicas" of Deployment "forum/forum" is "2"
    And exactly 2 Pods of Deployment "forum/forum" are Ready
    When 30 minutes pass
    Then exactly 2 Pods of Deployment "forum/forum" are Ready

  @criterion:serves
  Scenario: Without the database the forum is not Ready
    Given Deployment "forum/forum" finishes its rollout within 5 minutes
    When Deployment "forum/postgres" is scaled to 0 replicas
    Then exactly 2 Pods of Deployment "forum/forum" are NotReady within 3 minutes

  @criterion:waits
  Scenario: The cluster's DNS is down when the forum is started anew
    Given Deployment "forum/forum" finishes its rollout within 5 minutes
    When Deployment "kube-system/coredns" is scaled to 0 replicas
    And 1 minute passes
    And the Pods of Deployment "forum/forum" are deleted
    And 2 minutes pass
    Then exactly 2 Pods of Deployment "forum/forum" are Init:0/1
    When Deployment "kube-system/coredns" is scaled to 2 replicas
    Then exactly 2 Pods of Deployment "forum/forum" are Ready within 5 minutes

  @criterion:kept
  Scenario: The database is what it was
    Then Deployment "forum/postgres" was not recreated since "the beginning"
    And field "spec" of Deployment "forum/postgres" did not change since "the beginning"
    And Service "forum/forum-database" was not recreated since "the beginning"
    And field "spec" of Service "forum/forum-database" did not change since "the beginning"
    And Deployment "forum/forum" was not recreated since "the beginning"
    And Service "forum/forum" was not recreated since "the beginning"
