Feature: Set-up

  Scenario: A liveness probe that is quicker than the server
    Given container image "registry.books.example/ledger:5.0" that behaves like this:
      | starts after | 1 second                                 |
      | ready after  | 95 seconds                               |
      | listens on   | 8080                                     |
      | logs         | ledger 5.0: reading the journal, patience |
    And namespace "books"
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: ledger, namespace: books, labels: {app: ledger}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: ledger}}
        template:
          metadata: {labels: {app: ledger}}
          spec:
            terminationGracePeriodSeconds: 5
            containers:
              - name: ledger
                image: "registry.books.example/ledger:5.0"
                ports: [{containerPort: 8080}]
                readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 5}
                livenessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 10, failureThreshold: 3}
      """
    And 12 minutes pass
    And this moment is remembered as "the beginning"
