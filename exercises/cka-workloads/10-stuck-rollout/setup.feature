Feature: Set-up

  Scenario: The third revision asks for more than any node has
    Given namespace "store"
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: checkout
        namespace: store
        labels: {app: checkout}
        annotations: {kubernetes.io/change-cause: "release 7"}
      spec:
        replicas: 4
        progressDeadlineSeconds: 300
        strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
        selector: {matchLabels: {app: checkout}}
        template:
          metadata: {labels: {app: checkout}}
          spec:
            terminationGracePeriodSeconds: 5
            containers:
              - {name: web, image: "nginx:1.25", resources: {requests: {cpu: 50m, memory: 32Mi}}}
      """
    And Deployment "checkout" finishes its rollout
    And Deployment "checkout" is patched with:
      """yaml
      metadata: {annotations: {kubernetes.io/change-cause: "release 8"}}
      spec: {template: {spec: {containers: [{name: web, image: "nginx:1.26"}]}}}
      """
    And Deployment "checkout" finishes its rollout
    And Deployment "checkout" is patched with:
      """yaml
      metadata: {annotations: {kubernetes.io/change-cause: "release 9"}}
      spec: {template: {spec: {containers: [{name: web, image: "nginx:1.27", resources: {requests: {cpu: "64"}}}]}}}
      """
    And 10 minutes pass
    And this moment is remembered as "the beginning"
