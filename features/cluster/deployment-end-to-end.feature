@cluster
Feature: From apply to an answer

  @claim:flow-01
  Scenario: A Deployment, end to end
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 3
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: nginx, image: "nginx:1.27", ports: [{containerPort: 80}]}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      """
    And a Pod "client" of image "curl:8"
    Then Deployment "web" finishes its rollout within 1 minute
    And Deployment "web" has a Normal event ScalingReplicaSet
    And exactly 3 Pods of Deployment "web" are Running
    And Service "web" has 3 ready endpoints within 10 seconds
    And a request from Pod "client" to "http://web.default.svc.cluster.local/" returns status 200 within 10 seconds
