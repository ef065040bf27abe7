Feature: Model deployments
  The operator of this package serves models: each version is a Deployment of its own, requests go to the one that is
  loaded, and a version that does not load changes nothing for those who use the model.

  Background:
    Given a cluster
    And the manifests in "manifests/crd.yaml" are applied
    And the manifests in "manifests/operator.yaml" are applied
    And these manifests are applied:
      """yaml
      apiVersion: serving.example.com/v1
      kind: ModelDeployment
      metadata: {name: chat}
      spec: {model: llama, version: v1}
      """
    And a Pod "client" of image "busybox:1.36"

  Scenario: A model is served once it is loaded
    Then ModelDeployment "chat" matches within 1 minute:
      """yaml
      status: {phase: Serving, servingVersion: v1, readyReplicas: 2}
      """
    And a request from Pod "client" to "http://chat" returns status 200

  Scenario: A new version takes over when it is loaded, not before
    Given ModelDeployment "chat" matches within 1 minute:
      """yaml
      status: {phase: Serving}
      """
    When field "spec.version" of ModelDeployment "chat" is set to "v2"
    And 10 seconds pass
    Then ModelDeployment "chat" matches:
      """yaml
      status: {phase: Loading, servingVersion: v1}
      """
    And ModelDeployment "chat" matches within 1 minute:
      """yaml
      status: {phase: Serving, servingVersion: v2}
      """
    And Deployment "chat-v1" is gone

  Scenario: A version that does not load leaves the old one serving
    Given ModelDeployment "chat" matches within 1 minute:
      """yaml
      status: {phase: Serving}
      """
    When field "spec.version" of ModelDeployment "chat" is set to "broken"
    Then ModelDeployment "chat" matches within 6 minutes:
      """yaml
      status: {phase: Stalled, servingVersion: v1, readyReplicas: 0}
      """
    And a request from Pod "client" to "http://chat" returns status 200
    When field "spec.version" of ModelDeployment "chat" is set to "v1"
    Then ModelDeployment "chat" matches within 1 minute:
      """yaml
      status: {phase: Serving, servingVersion: v1, readyReplicas: 2}
      """

  Scenario: "latest" is refused
    When these manifests are submitted:
      """yaml
      apiVersion: serving.example.com/v1
      kind: ModelDeployment
      metadata: {name: other}
      spec: {model: llama, version: latest}
      """
    Then the request is denied with status 403 and reason Forbidden

  Scenario: The operator catches up after it was away
    Given ModelDeployment "chat" matches within 1 minute:
      """yaml
      status: {phase: Serving}
      """
    When Deployment "model-operator/model-operator" is scaled to 0 replicas
    And field "spec.version" of ModelDeployment "chat" is set to "v2"
    Then ModelDeployment "chat" never matches for 5 minutes:
      """yaml
      status: {servingVersion: v2}
      """
    When Deployment "model-operator/model-operator" is scaled to 1 replica
    Then ModelDeployment "chat" matches within 2 minutes:
      """yaml
      status: {phase: Serving, servingVersion: v2}
      """

  Scenario: What a model owns goes with it
    Given ModelDeployment "chat" matches within 1 minute:
      """yaml
      status: {phase: Serving}
      """
    When ModelDeployment "chat" is deleted
    Then Deployment "chat-v1" is gone within 1 minute
    And Service "chat" is gone

  Scenario: Pods go where their model is on disk already
    Given file "/etc/kubernetes/scheduler-config.yaml" on node "cp-1" is written:
      """yaml
      apiVersion: kubescheduler.config.k8s.io/v1
      kind: KubeSchedulerConfiguration
      clientConnection:
        kubeconfig: /etc/kubernetes/scheduler.conf
      profiles:
      - schedulerName: default-scheduler
        plugins:
          preScore:
            enabled:
            - name: ModelCache
          score:
            enabled:
            - name: ModelCache
              weight: 100
      """
    And in file "/etc/kubernetes/manifests/kube-scheduler.yaml" on node "cp-1" "path: /etc/kubernetes/scheduler.conf" is replaced by "path: /etc/kubernetes"
    And in file "/etc/kubernetes/manifests/kube-scheduler.yaml" on node "cp-1" "mountPath: /etc/kubernetes/scheduler.conf" is replaced by "mountPath: /etc/kubernetes"
    And in file "/etc/kubernetes/manifests/kube-scheduler.yaml" on node "cp-1" "type: FileOrCreate" is replaced by "type: Directory"
    And in file "/etc/kubernetes/manifests/kube-scheduler.yaml" on node "cp-1" "--leader-elect=true" is replaced by "--config=/etc/kubernetes/scheduler-config.yaml"
    And 90 seconds pass
    And Node "worker-2" is patched with:
      """yaml
      metadata: {labels: {cached.example.com/mistral: "true"}}
      """
    When these manifests are applied:
      """yaml
      apiVersion: serving.example.com/v1
      kind: ModelDeployment
      metadata: {name: code}
      spec: {model: mistral, version: v1, replicas: 4}
      """
    Then the Pods matching "model=code" on node "worker-2" are Ready within 2 minutes
    And exactly 4 Pods matching "model=code" on node "worker-2" are Ready
