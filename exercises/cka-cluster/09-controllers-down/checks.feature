Feature: Checks

  @criterion:manager
  Scenario: The static Pod is Ready, and a new Deployment gets its Pods, now and half an hour later
    Then Pod "kube-system/kube-controller-manager-cp-1" is Ready within 7 minutes
    And Pod "kube-system/kube-controller-manager-cp-1" matches:
      """yaml
      metadata: {annotations: {kubernetes.io/config.source: file}}
      """
    When these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: grader, namespace: help}
      spec:
        replicas: 2
        selector: {matchLabels: {app: grader}}
        template:
          metadata: {labels: {app: grader}}
          spec: {containers: [{name: c, image: "nginx:1.27"}]}
      """
    Then exactly 2 Pods of Deployment "help/grader" are Ready within 2 minutes
    When 30 minutes pass
    And Deployment "help/grader" is scaled to 3 replicas
    Then exactly 3 Pods of Deployment "help/grader" are Ready within 2 minutes

  @criterion:scaled
  Scenario: Four replicas run, and still do half an hour later
    Then exactly 4 Pods of Deployment "help/desk" are Ready within 7 minutes
    And Deployment "help/desk" was not recreated since "the beginning"
    And field "spec" of Deployment "help/desk" did not change since "the beginning"
    When 30 minutes pass
    Then exactly 4 Pods of Deployment "help/desk" are Ready

  @criterion:keys
  Scenario: The keys are the cluster's own
    Then Pod "kube-system/kube-controller-manager-cp-1" satisfies 'object.spec.volumes.exists(v, has(v.hostPath) && v.hostPath.path == "/etc/kubernetes/pki")' within 7 minutes
    And command "test ! -e /etc/kubernetes/pki-old/ca.key" is run on node "cp-1"
    And the command succeeds
