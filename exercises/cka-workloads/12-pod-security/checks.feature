Feature: Checks

  @criterion:answers
  Scenario: Both replicas run and answer, also after they were replaced
    Then exactly 2 Pods of Deployment "records/archive" are Ready within 20 minutes
    And Deployment "records/archive" finishes its rollout within 1 minute
    And Deployment "records/archive" matches:
      """yaml
      spec: {replicas: 2, template: {spec: {containers: [{name: server, image: "registry.k8s.io/e2e-test-images/agnhost:2.53"}]}}}
      """
    And a request from Pod "default/visitor" to "http://archive.records:8080/" returns status 200
    When 30 minutes pass
    And the Pods of Deployment "records/archive" are deleted
    Then exactly 2 Pods of Deployment "records/archive" are Ready within 1 minute
    And a request from Pod "default/visitor" to "http://archive.records:8080/" returns status 200

  @criterion:guarded
  Scenario: A Pod that runs as root is refused
    When these manifests are submitted:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: intruder, namespace: records}
      spec: {containers: [{name: c, image: "nginx:1.27"}]}
      """
    Then the request is denied with status 403 and reason Forbidden
    And the response message contains "violates PodSecurity"
    And the response message contains "runAsNonRoot != true"
