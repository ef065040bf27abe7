Feature: Checks

  @criterion:ready
  Scenario: The node is Ready and stays so
    Then Node "worker-1" is Ready within 1 minute
    And Node "worker-1" stays Ready for 30 minutes
    And exactly 4 Pods of Deployment "frontend" are Ready

  @criterion:reboot
  Scenario: The machine reboots
    When node "worker-1" reboots
    And 3 minutes pass
    Then Node "worker-1" is Ready within 2 minutes

  @criterion:kept
  Scenario: Nobody deleted the Node
    Then Node "worker-1" was not recreated since "the beginning"
