Feature: Set-up

  Scenario: A Service that selects what is not there
    Given namespace "trade"
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: orders, namespace: trade, labels: {app: orders}}
      spec:
        replicas: 3
        selector: {matchLabels: {app: orders}}
        template:
          metadata: {labels: {app: orders}}
          spec: {containers: [{name: app, image: "nginx:1.27", ports: [{containerPort: 80}]}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: orders, namespace: trade}
      spec: {selector: {app: order}, ports: [{port: 80, targetPort: 80}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: client, namespace: trade}
      spec: {containers: [{name: curl, image: "curlimages/curl:8.10.1", command: [sleep, infinity]}]}
      """
    And Deployment "trade/orders" is Complete
    And 10 minutes pass
    And this moment is remembered as "the beginning"
