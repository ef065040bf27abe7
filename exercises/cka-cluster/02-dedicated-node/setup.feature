Feature: Set-up

  Scenario: A toleration that is not quite the taint's
    Given namespace "studio"
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: frames, namespace: studio, labels: {app: frames}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: frames}}
        template:
          metadata: {labels: {app: frames}}
          spec:
            nodeSelector: {dedicated: render}
            tolerations: [{key: dedicated, operator: Equal, value: renderer, effect: NoSchedule}]
            containers: [{name: worker, image: "nginx:1.27"}]
      """
    And 15 minutes pass
    And this moment is remembered as "the beginning"
