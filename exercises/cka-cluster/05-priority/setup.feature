Feature: Set-up

  Scenario: A Deployment with the wrong class on full nodes
    Given namespace "night"
    And these manifests are applied:
      """yaml
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: {name: background}
      value: 100
      description: What runs when nobody else needs the room.
      ---
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: {name: batch}
      value: 1000
      description: What has until the morning.
      ---
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: {name: business}
      value: 100000
      description: What has to run before everything else.
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: ledger, namespace: night, labels: {app: ledger}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: ledger}}
        template:
          metadata: {labels: {app: ledger}}
          spec:
            priorityClassName: business
            containers: [{name: app, image: "nginx:1.27", resources: {requests: {cpu: 800m}}}]
      """
    And Deployment "night/ledger" is Complete within 2 minutes
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: thumbnails, namespace: night, labels: {app: thumbnails}}
      spec:
        replicas: 6
        selector: {matchLabels: {app: thumbnails}}
        template:
          metadata: {labels: {app: thumbnails}}
          spec:
            priorityClassName: batch
            terminationGracePeriodSeconds: 5
            containers: [{name: app, image: "nginx:1.27", resources: {requests: {cpu: "1"}}}]
      """
    And exactly 6 Pods of Deployment "night/thumbnails" are Running within 2 minutes
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: alarms, namespace: night, labels: {app: alarms}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: alarms}}
        template:
          metadata: {labels: {app: alarms}}
          spec:
            priorityClassName: background
            containers: [{name: app, image: "nginx:1.27", resources: {requests: {cpu: "1"}}}]
      """
    And 15 minutes pass
    Then exactly 2 Pods of Deployment "night/alarms" are Pending
    And this moment is remembered as "the beginning"
