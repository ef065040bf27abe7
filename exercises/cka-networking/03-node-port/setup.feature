Feature: Set-up

  Scenario: A NodePort of another number that only one node answers
    Given namespace "kiosk"
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: orders, namespace: kiosk, labels: {app: orders}}
      spec:
        replicas: 1
        strategy: {type: Recreate}
        selector: {matchLabels: {app: orders}}
        template:
          metadata: {labels: {app: orders}}
          spec: {containers: [{name: orders, image: "hashicorp/http-echo:1.0", args: ["-text=order taken"], ports: [{containerPort: 5678}]}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: orders, namespace: kiosk}
      spec:
        type: NodePort
        externalTrafficPolicy: Local
        selector: {app: orders}
        ports: [{port: 80, targetPort: 5678, nodePort: 30800}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: till, namespace: kiosk}
      spec: {containers: [{name: curl, image: "curlimages/curl:8.10.1", command: [sleep, infinity]}]}
      """
    And Deployment "kiosk/orders" is Complete
    And 10 minutes pass
    And this moment is remembered as "the beginning"
