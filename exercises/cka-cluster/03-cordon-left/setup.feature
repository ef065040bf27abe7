Feature: Set-up

  Scenario: Two nodes cordoned, one of them for no reason any more
    Given namespace "edge"
    And node "worker-2" is cordoned
    And node "worker-3" is cordoned
    And field 'metadata.labels["example.com/out-of-service"]' of Node "worker-3" is set to "disk"
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: gateway, namespace: edge, labels: {app: gateway}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: gateway}}
        template:
          metadata: {labels: {app: gateway}}
          spec:
            affinity:
              podAntiAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                  - {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: gateway}}}
            containers: [{name: web, image: "nginx:1.27", ports: [{containerPort: 80}]}]
      """
    And 15 minutes pass
    And this moment is remembered as "the beginning"
