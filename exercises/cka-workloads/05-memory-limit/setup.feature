Feature: Set-up

  Scenario: A memory limit below what the program needs
    Given container image "registry.stats.example/aggregator:3.1" that behaves like this:
      | logs        | aggregator 3.1: reading the day's measurements |
      | uses cpu    | 40m                                            |
      | uses memory | 20Mi rising to 170Mi over 10 minutes           |
    And namespace "stats"
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: LimitRange
      metadata: {name: ceiling, namespace: stats}
      spec: {limits: [{type: Container, max: {memory: 256Mi}}]}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: aggregator, namespace: stats, labels: {app: aggregator}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: aggregator}}
        template:
          metadata: {labels: {app: aggregator}}
          spec:
            terminationGracePeriodSeconds: 5
            containers:
              - name: aggregator
                image: "registry.stats.example/aggregator:3.1"
                resources: {requests: {cpu: 50m, memory: 32Mi}, limits: {memory: 96Mi}}
      """
    And 25 minutes pass
    And this moment is remembered as "the beginning"
