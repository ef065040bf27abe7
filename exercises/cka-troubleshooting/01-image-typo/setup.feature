Feature: Set-up

  Scenario: A Deployment with a mistyped image
    Given namespace "shop"
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: catalog, namespace: shop, labels: {app: catalog}}
      spec:
        replicas: 3
        selector: {matchLabels: {app: catalog}}
        template:
          metadata: {labels: {app: catalog}}
          spec:
            containers:
              - {name: web, image: "nginx:1.72", ports: [{containerPort: 80}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: catalog, namespace: shop}
      spec: {selector: {app: catalog}, ports: [{port: 80}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: visitor, namespace: shop}
      spec: {containers: [{name: curl, image: "curlimages/curl:8.10.1", command: [sleep, infinity]}]}
      """
    And 15 minutes pass
    Then at least 1 Pod of Deployment "shop/catalog" is ImagePullBackOff within 6 minutes
    And this moment is remembered as "the beginning"
