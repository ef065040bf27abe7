Feature: Set-up

  Scenario: Pods that say nothing of their security, in a restricted namespace
    Given namespace "records"
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Namespace
      metadata: {name: records, labels: {pod-security.kubernetes.io/enforce: restricted}}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: archive, namespace: records}
      spec: {selector: {app: archive}, ports: [{port: 8080}]}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: archive, namespace: records, labels: {app: archive}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: archive}}
        template:
          metadata: {labels: {app: archive}}
          spec:
            terminationGracePeriodSeconds: 5
            containers:
              - name: server
                image: "registry.k8s.io/e2e-test-images/agnhost:2.53"
                args: [netexec, --http-port=8080]
                ports: [{containerPort: 8080}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: visitor, namespace: default}
      spec: {containers: [{name: curl, image: "curlimages/curl:8.10.1", command: [sleep, infinity]}]}
      """
    And 12 minutes pass
    And this moment is remembered as "the beginning"
