Feature: Checks

  @criterion:allowed
  Scenario: What the reporter needs, now and half an hour later
    Then service account "ops/reporter" can get "pods" in namespace "ops"
    And service account "ops/reporter" can list "pods" in namespace "ops"
    And service account "ops/reporter" can watch "pods" in namespace "ops"
    And service account "ops/reporter" can get "pods/log" in namespace "ops"
    When 30 minutes pass
    Then service account "ops/reporter" can list "pods" in namespace "ops"
    And service account "ops/reporter" can get "pods/log" in namespace "ops"
    When service account "ops/reporter" tries to get Pod "ops/nobody"
    Then the request is denied with status 404 and reason NotFound

  @criterion:narrow
  Scenario: What it does not need
    Then service account "ops/reporter" cannot delete "pods" in namespace "ops"
    And service account "ops/reporter" cannot create "pods" in namespace "ops"
    And service account "ops/reporter" cannot create "pods/exec" in namespace "ops"
    And service account "ops/reporter" cannot list "secrets" in namespace "ops"
    And service account "ops/reporter" cannot list "configmaps" in namespace "ops"
    And service account "ops/reporter" cannot list "deployments" in namespace "ops"
    And service account "ops/reporter" cannot update "pods" in namespace "ops"
    And service account "ops/reporter" cannot patch "pods" in namespace "ops"

  @criterion:narrow
  Scenario: Not in other namespaces either, and nobody else along with it
    Then service account "ops/reporter" cannot list "pods" in namespace "payroll"
    And service account "ops/reporter" cannot get "pods/log" in namespace "kube-system"
    And service account "ops/reporter" cannot list "nodes" in namespace "ops"
    And service account "ops/default" cannot list "pods" in namespace "ops"
    And user "visitor" cannot list "pods" in namespace "ops"

  @criterion:account
  Scenario: The Deployment runs as before
    Then field "spec.template.spec.serviceAccountName" of Deployment "ops/reporter" is "reporter"
    And ServiceAccount "ops/reporter" exists
    And exactly 1 Pod of Deployment "ops/reporter" is Ready within 1 minute
