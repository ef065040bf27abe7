Feature: Checks

  @criterion:runs
  Scenario: Both alarms run, and still do half an hour later
    Then exactly 2 Pods of Deployment "night/alarms" are Ready within 3 minutes
    And Deployment "night/alarms" matches:
      """yaml
      spec: {replicas: 2, template: {spec: {containers: [{name: app, image: "nginx:1.27", resources: {requests: {cpu: "1"}}}]}}}
      """
    When 30 minutes pass
    Then exactly 2 Pods of Deployment "night/alarms" are Ready

  @criterion:class
  Scenario: Their priority is that of the class, which is what it was
    Then exactly 2 Pods of Deployment "night/alarms" satisfy 'object.spec.priorityClassName == "business" && object.spec.priority == 100000' within 3 minutes
    And PriorityClass "business" is unchanged since "the beginning"
    And PriorityClass "batch" is unchanged since "the beginning"
    And PriorityClass "background" is unchanged since "the beginning"

  @criterion:others
  Scenario: Only thumbnails gave way, and nobody helped
    Then exactly 2 Pods of Deployment "night/ledger" were Ready at all times since "the beginning"
    And Deployment "night/ledger" is unchanged since "the beginning"
    And Deployment "night/thumbnails" is unchanged since "the beginning"
    And no Pod of Deployment "night/alarms" is pinned to a node
