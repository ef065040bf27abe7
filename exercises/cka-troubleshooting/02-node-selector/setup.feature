Feature: Set-up

  Scenario: A node selector with a typo
    Given namespace "office"
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: reports, namespace: office, labels: {app: reports}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: reports}}
        template:
          metadata: {labels: {app: reports}}
          spec:
            nodeSelector: {disktype: sdd}
            containers:
              - {name: writer, image: "nginx:1.27", resources: {requests: {cpu: 100m, memory: 64Mi}}}
      """
    And 15 minutes pass
    And this moment is remembered as "the beginning"
