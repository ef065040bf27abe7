@api
Feature: Admission

  @claim:api-04 @claim:cm-13
  Scenario: A LimitRange gives containers defaults and refuses those beyond its bounds
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: LimitRange
      metadata: {name: limits}
      spec:
        limits: [{type: Container, default: {cpu: 200m}, defaultRequest: {cpu: 100m}, max: {cpu: "1"}}]
      """
    When these manifests are submitted:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: greedy}
      spec: {containers: [{name: app, image: "nginx:1.27", resources: {limits: {cpu: "2"}}}]}
      """
    Then the request is denied with status 403 and reason Forbidden
    And the response message contains "maximum cpu usage per Container is 1, but limit is 2"

  @claim:api-04 @claim:cm-13
  Scenario: A ResourceQuota counts what a namespace uses and refuses what is beyond it
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: team}
      spec: {hard: {"count/secrets": "1", requests.cpu: "1"}}
      """
    When these manifests are submitted:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: silent}
      spec: {containers: [{name: app, image: "nginx:1.27"}]}
      """
    Then the request is denied with status 403 and reason Forbidden
    And the response message contains "failed quota: team: must specify requests.cpu for: app"

  @claim:api-04
  Scenario: A restricted namespace takes only Pods that give up their privileges
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Namespace
      metadata: {name: safe, labels: {pod-security.kubernetes.io/enforce: restricted}}
      """
    When these manifests are submitted:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: plain, namespace: safe}
      spec: {containers: [{name: app, image: "nginx:1.27"}]}
      """
    Then the request is denied with status 403 and reason Forbidden
    And the response message contains 'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false'

  @claim:api-10 @claim:api-02
  Scenario: A policy refuses what its expression does not hold for
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingAdmissionPolicy
      metadata: {name: replicas}
      spec:
        matchConstraints:
          resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}]
        validations: [{expression: object.spec.replicas <= 5, messageExpression: "'no more than 5, not ' + string(object.spec.replicas)"}]
      ---
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingAdmissionPolicyBinding
      metadata: {name: replicas}
      spec: {policyName: replicas, validationActions: [Deny]}
      """
    When these manifests are submitted:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 6
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: app, image: "nginx:1.27"}]}
      """
    Then the request is denied with status 422 and reason Invalid
    And the response message contains "ValidatingAdmissionPolicy 'replicas' with binding 'replicas' denied request: no more than 5, not 6"

  @claim:api-10
  Scenario: A webhook nobody answers stops writes, unless its failures are ignored
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingWebhookConfiguration
      metadata: {name: guard}
      webhooks:
        - name: guard.example.com
          clientConfig: {service: {namespace: default, name: guard, path: /}}
          rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]
          sideEffects: None
          admissionReviewVersions: [v1]
          namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: default}}
      """
    When these manifests are submitted:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings}
      """
    Then the request is denied with status 500 and reason InternalError
    And the response message contains 'failed calling webhook "guard.example.com": failed to call webhook'
    And the response message contains 'service "guard" not found'

  @claim:api-10
  Scenario: Webhooks in the cluster change an object, then judge what became of it
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Namespace
      metadata: {name: watched, labels: {hooks: "on"}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: hooks, labels: {app: hooks}}
      spec: {containers: [{name: hooks, image: "registry.k8s.io/e2e-test-images/agnhost:2.53", args: [webhook, "--port=8443"]}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: hooks}
      spec: {selector: {app: hooks}, ports: [{port: 443, targetPort: 8443}]}
      ---
      apiVersion: admissionregistration.k8s.io/v1
      kind: MutatingWebhookConfiguration
      metadata: {name: stages}
      webhooks:
      - name: stages.example.com
        clientConfig: {service: {namespace: default, name: hooks, path: /mutating-configmaps}}
        rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]
        namespaceSelector: {matchLabels: {hooks: "on"}}
        sideEffects: None
        admissionReviewVersions: [v1]
      ---
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingWebhookConfiguration
      metadata: {name: judge}
      webhooks:
      - name: judge.example.com
        clientConfig: {service: {namespace: default, name: hooks, path: /configmaps}}
        rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]
        namespaceSelector: {matchLabels: {hooks: "on"}}
        sideEffects: None
        admissionReviewVersions: [v1]
      """
    And Service "hooks" has 1 ready endpoint within 1 minute
    And 5 seconds pass
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: mutated, namespace: watched}
      data: {mutation-start: "yes"}
      """
    Then field "data.mutation-stage-1" of ConfigMap "watched/mutated" is "yes"
    When these manifests are submitted:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: unwanted, namespace: watched}
      data: {webhook-e2e-test: webhook-disallow}
      """
    Then the response message contains 'admission webhook "judge.example.com" denied the request: the configmap contains unwanted key and value'
    And ConfigMap "watched/unwanted" is gone
