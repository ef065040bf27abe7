Feature: Checks

  @criterion:runs
  Scenario: Three replicas run the pinned image, and still do half an hour later
    Then exactly 3 Pods of Deployment "shop/catalog" are Ready within 2 minutes
    And Deployment "shop/catalog" matches:
      """yaml
      spec: {replicas: 3, template: {spec: {containers: [{name: web, image: "nginx:1.27"}]}}}
      """
    And Deployment "shop/catalog" is Complete
    When 30 minutes pass
    Then exactly 3 Pods of Deployment "shop/catalog" are Ready

  @criterion:answers
  Scenario: The Service answers
    Then Service "shop/catalog" has 3 ready endpoints within 1 minute
    And a request from Pod "shop/visitor" to "http://catalog.shop/" returns status 200

  @criterion:kept
  Scenario: The Deployment was not replaced
    Then Deployment "shop/catalog" was not recreated since "the beginning"
