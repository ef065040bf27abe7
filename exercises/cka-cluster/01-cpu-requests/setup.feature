Feature: Set-up

  Scenario: Requests that no node can meet beside what runs there
    Given namespace "billing"
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: ledger, namespace: billing, labels: {app: ledger}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: ledger}}
        template:
          metadata: {labels: {app: ledger}}
          spec: {containers: [{name: app, image: "nginx:1.27", resources: {requests: {cpu: "3"}}}]}
      """
    And Deployment "billing/ledger" is Complete
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: invoices, namespace: billing, labels: {app: invoices}}
      spec:
        replicas: 3
        selector: {matchLabels: {app: invoices}}
        template:
          metadata: {labels: {app: invoices}}
          spec:
            containers:
              - {name: app, image: "nginx:1.27", resources: {requests: {cpu: "2", memory: 128Mi}, limits: {memory: 256Mi}}}
      """
    And 15 minutes pass
    And this moment is remembered as "the beginning"
