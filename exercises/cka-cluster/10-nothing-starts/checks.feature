Feature: Checks

  # Controllers ask again after ever longer times, sixteen minutes in the end: nobody has to hurry them.
  @criterion:starts
  Scenario: The shop runs, labelled, and still does half an hour later
    Then exactly 3 Pods of Deployment "shop/web" are Ready within 20 minutes
    And exactly 2 Pods of Deployment "labelling/labeller" are Ready within 20 minutes
    And exactly 3 Pods of Deployment "shop/web" satisfy 'object.metadata.labels["added-label"] == "yes"'
    And Deployment "shop/web" is unchanged since "the beginning" except:
      | spec.template.metadata.annotations |
    When 30 minutes pass
    Then exactly 3 Pods of Deployment "shop/web" are Ready

  @criterion:alone
  Scenario: All of its Pods are gone again, and come back
    Given exactly 2 Pods of Deployment "labelling/labeller" are Ready within 20 minutes
    When the Pods of Deployment "labelling/labeller" are deleted
    And 30 seconds pass
    Then exactly 2 Pods of Deployment "labelling/labeller" are Ready within 1 minute
    And Deployment "labelling/labeller" is unchanged since "the beginning" except:
      | spec.template.metadata.annotations |

  @criterion:strict
  Scenario: A namespace that did not exist before
    Given exactly 2 Pods of Deployment "labelling/labeller" are Ready within 20 minutes
    And namespace "invoices"
    When these manifests are submitted:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: newcomer, namespace: invoices}
      spec: {containers: [{name: c, image: "nginx:1.27"}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: newcomer, namespace: reports, labels: {app: labeller}}
      spec: {containers: [{name: c, image: "nginx:1.27"}]}
      """
    Then field "metadata.labels.added-label" of Pod "invoices/newcomer" is "yes"
    And field "metadata.labels.added-label" of Pod "reports/newcomer" is "yes"

  @criterion:strict
  Scenario: Without the labeller nobody gets in
    When Deployment "labelling/labeller" is scaled to 0 replicas
    And 30 seconds pass
    And these manifests are submitted:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: unlabelled, namespace: reports}
      spec: {containers: [{name: c, image: "nginx:1.27"}]}
      """
    Then the request is denied with status 500 and reason InternalError
    And the response message contains "failed calling webhook"
