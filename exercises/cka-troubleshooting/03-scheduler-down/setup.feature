Feature: Set-up

  Scenario: The scheduler's manifest names a file that is not there
    Given namespace "bank"
    When in file "/etc/kubernetes/manifests/kube-scheduler.yaml" on node "cp-1" "--kubeconfig=/etc/kubernetes/scheduler.conf" is replaced by "--kubeconfig=/etc/kubernetes/scheduler.config"
    And 2 minutes pass
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: payments, namespace: bank, labels: {app: payments}}
      spec:
        replicas: 3
        selector: {matchLabels: {app: payments}}
        template:
          metadata: {labels: {app: payments}}
          spec: {containers: [{name: app, image: "nginx:1.27"}]}
      """
    And 20 minutes pass
    And this moment is remembered as "the beginning"
