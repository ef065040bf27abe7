Feature: Set-up

  Scenario: A liveness probe that asks at the wrong port
    Given namespace "web"
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: portal, namespace: web, labels: {app: portal}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: portal}}
        template:
          metadata: {labels: {app: portal}}
          spec:
            terminationGracePeriodSeconds: 5
            containers:
              - name: web
                image: "nginx:1.27"
                ports: [{name: http, containerPort: 80}]
                livenessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 10, failureThreshold: 3}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: portal, namespace: web}
      spec: {selector: {app: portal}, ports: [{port: 80}]}
      """
    And 12 minutes pass
    And this moment is remembered as "the beginning"
