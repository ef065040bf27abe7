Feature: Set-up

  Scenario: A budget that allows no disruption at all
    Given namespace "front"
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: sessions, namespace: front, labels: {app: sessions}}
      spec:
        replicas: 3
        selector: {matchLabels: {app: sessions}}
        template:
          metadata: {labels: {app: sessions}}
          spec:
            topologySpreadConstraints:
              - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: sessions}}}
            containers:
              - name: web
                image: nginx:1.27
                ports: [{containerPort: 80}]
                readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 5}
      ---
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: sessions, namespace: front}
      spec: {minAvailable: 3, selector: {matchLabels: {app: sessions}}}
      """
    And Deployment "front/sessions" is Complete within 2 minutes
    And node "worker-1" is cordoned
    And 15 minutes pass
    And this moment is remembered as "the beginning"
