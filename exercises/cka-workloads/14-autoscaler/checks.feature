Feature: Checks

  @criterion:sees
  Scenario: There is a measurement, and still is half an hour later
    Then HorizontalPodAutoscaler "market/quotes" has condition ScalingActive True within 5 minutes
    When 30 minutes pass
    Then HorizontalPodAutoscaler "market/quotes" has condition ScalingActive True

  @criterion:scales
  Scenario: Noon, and night
    When Deployment "market/quotes" is patched with:
      """yaml
      spec: {template: {metadata: {annotations: {kubedrill.io/usage.web: "{cpu: 900m, memory: 30Mi}"}}}}
      """
    Then exactly 5 Pods of Deployment "market/quotes" are Ready within 15 minutes
    When Deployment "market/quotes" is patched with:
      """yaml
      spec: {template: {metadata: {annotations: {kubedrill.io/usage.web: "{cpu: 2m, memory: 30Mi}"}}}}
      """
    Then exactly 1 Pod of Deployment "market/quotes" is Ready within 25 minutes

  @criterion:kept
  Scenario: The bounds are what they were
    Then HorizontalPodAutoscaler "market/quotes" was not recreated since "the beginning"
    And HorizontalPodAutoscaler "market/quotes" matches:
      """yaml
      spec: {minReplicas: 1, maxReplicas: 5, scaleTargetRef: {kind: Deployment, name: quotes}}
      """
    And Deployment "market/quotes" matches:
      """yaml
      spec: {template: {spec: {containers: [{name: web}, {name: shipper}]}}}
      """
