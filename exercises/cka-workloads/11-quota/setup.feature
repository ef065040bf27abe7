Feature: Set-up

  Scenario: A quota, and Pods that do not say what they need
    Given namespace "render"
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: team, namespace: render}
      spec: {hard: {requests.cpu: "1", requests.memory: 512Mi, pods: "5"}}
      """
    And 5 seconds pass
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: frames, namespace: render, labels: {app: frames}}
      spec:
        replicas: 3
        selector: {matchLabels: {app: frames}}
        template:
          metadata: {labels: {app: frames}}
          spec:
            terminationGracePeriodSeconds: 5
            containers:
              - {name: worker, image: "nginx:1.27", resources: {requests: {cpu: 500m}}}
      """
    And 12 minutes pass
    And this moment is remembered as "the beginning"
