Feature: Checks

  @criterion:back
  Scenario: The release before is complete, and stays so
    Then Deployment "store/checkout" finishes its rollout within 3 minutes
    And Deployment "store/checkout" matches:
      """yaml
      spec: {replicas: 4, template: {spec: {containers: [{name: web, image: "nginx:1.26"}]}}}
      """
    And exactly 4 Pods of Deployment "store/checkout" are Ready
    When 30 minutes pass
    Then Deployment "store/checkout" is Complete
    And Deployment "store/checkout" has condition Progressing True
    # It can be released again: nothing is paused.
    When the image of container "web" in Deployment "store/checkout" is changed to "nginx:1.28"
    Then Deployment "store/checkout" matches within 1 minute:
      """yaml
      status: {updatedReplicas: 1}
      """
    And Deployment "store/checkout" finishes its rollout within 5 minutes

  @criterion:served
  Scenario: Nobody noticed
    Given Deployment "store/checkout" finishes its rollout within 3 minutes
    Then at least 4 Pods of Deployment "store/checkout" were Ready at all times since "the beginning"

  @criterion:history
  Scenario: The revisions are still there
    Then Deployment "store/checkout" was not recreated since "the beginning"
    And Deployment "store/checkout" has at least 3 revisions
