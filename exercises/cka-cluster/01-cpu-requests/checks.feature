Feature: Checks

  @criterion:runs
  Scenario: Three replicas run, and still do half an hour later
    Then exactly 3 Pods of Deployment "billing/invoices" are Ready within 2 minutes
    And field "spec.replicas" of Deployment "billing/invoices" is "3"
    And Deployment "billing/invoices" is Complete within 1 minute
    When 30 minutes pass
    Then exactly 3 Pods of Deployment "billing/invoices" are Ready

  @criterion:request
  Scenario: The request is what was measured
    Then Deployment "billing/invoices" matches:
      """yaml
      spec: {template: {spec: {containers: [{name: app, resources: {requests: {cpu: 200m, memory: 128Mi}}}]}}}
      """
    And exactly 3 Pods of Deployment "billing/invoices" satisfy 'object.spec.containers.exists(c, c.name == "app" && c.resources.requests.cpu == "200m")' within 2 minutes

  @criterion:neighbours
  Scenario: The ledger runs as before
    Then Deployment "billing/ledger" was not recreated since "the beginning"
    And field "spec" of Deployment "billing/ledger" did not change since "the beginning"
    And exactly 2 Pods of Deployment "billing/ledger" were Ready at all times since "the beginning"
