Feature: Set-up

  Scenario: A Service that sends its connections to a port where nobody listens
    Given namespace "bakery"
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: oven, namespace: bakery, labels: {app: oven}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: oven}}
        template:
          metadata: {labels: {app: oven}}
          spec:
            containers:
              - name: oven
                image: "hashicorp/http-echo:1.0"
                args: ["-text=bread", "-listen=:8080"]
                ports: [{name: web, containerPort: 8080}]
                readinessProbe: {httpGet: {path: /, port: web}}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: oven, namespace: bakery}
      spec: {selector: {app: oven}, ports: [{port: 80, targetPort: 80}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: client, namespace: bakery}
      spec: {containers: [{name: curl, image: "curlimages/curl:8.10.1", command: [sleep, infinity]}]}
      """
    And Deployment "bakery/oven" is Complete
    And 10 minutes pass
    And this moment is remembered as "the beginning"
