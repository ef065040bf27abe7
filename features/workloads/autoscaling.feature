@workloads @claim:cm-15 @needs:images
Feature: The horizontal pod autoscaler
  Every 15 seconds it reads metrics through the API server's aggregation and compares them with what they should be.
  Up it goes at once, down only when five minutes of recommendations say so.

  Background:
    Given a cluster
    And the add-on "metrics-server" is installed
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 2
        selector: {matchLabels: {app: web}}
        template:
          metadata:
            labels: {app: web}
            annotations: {kubedrill.io/usage: "{cpu: 150m, memory: 40Mi}"}
          spec: {containers: [{name: app, image: "nginx:1.27", resources: {requests: {cpu: 100m}}}]}
      """
    And Deployment "web" is Available

  Scenario: More CPU than asked for brings more pods, less takes them away after five minutes
    Given these manifests are applied:
      """yaml
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: web}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        minReplicas: 1
        maxReplicas: 6
        metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
      """
    Then HorizontalPodAutoscaler "web" has a Warning event FailedGetResourceMetric within 1 minute
    And HorizontalPodAutoscaler "web" has a Normal event SuccessfulRescale within 8 minutes
    And that event's message contains "New size: 4; reason: cpu resource utilization (percentage of request) above target"
    And exactly 6 Pods of Deployment "web" are Ready within 5 minutes
    And HorizontalPodAutoscaler "web" matches within 2 minutes:
      """yaml
      status:
        currentReplicas: 6
        desiredReplicas: 6
        conditions:
          - {type: AbleToScale, status: "True", reason: ReadyForNewScale}
          - {type: ScalingActive, status: "True", reason: ValidMetricFound}
          - {type: ScalingLimited, status: "True", reason: TooManyReplicas}
        currentMetrics:
          - {type: Resource, resource: {name: cpu, current: {averageUtilization: 150, averageValue: 150m}}}
      """
    When kubectl "get hpa web" is run
    Then the command's output contains "cpu: 150%/50%"
    When kubectl "annotate pods -l app=web 'kubedrill.io/usage={cpu: 5m}' --overwrite" is run
    And 4 minutes pass
    Then field "spec.replicas" of Deployment "web" is "6"
    And HorizontalPodAutoscaler "web" has condition AbleToScale True because of ScaleDownStabilized
    When 3 minutes pass
    Then field "spec.replicas" of Deployment "web" is "1"
    And HorizontalPodAutoscaler "web" has a Normal event SuccessfulRescale
    And that event's message contains "New size: 1; reason: All metrics below target"

  Scenario: Policies say how fast, and the direction down can be forbidden
    Given these manifests are applied:
      """yaml
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: web}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        maxReplicas: 10
        metrics:
          - type: ContainerResource
            containerResource: {name: cpu, container: app, target: {type: Utilization, averageUtilization: 50}}
        behavior:
          scaleUp: {policies: [{type: Pods, value: 1, periodSeconds: 120}]}
          scaleDown: {selectPolicy: Disabled}
      """
    Then field "spec.replicas" of Deployment "web" is "3" within 10 minutes
    And HorizontalPodAutoscaler "web" has condition ScalingLimited True because of ScaleUpLimit
    When 100 seconds pass
    Then field "spec.replicas" of Deployment "web" is "3"
    When 40 seconds pass
    Then field "spec.replicas" of Deployment "web" is "4"
    When kubectl "annotate pods -l app=web 'kubedrill.io/usage={cpu: 5m}' --overwrite" is run
    And 10 minutes pass
    Then field "spec.replicas" of Deployment "web" is "4"

  Scenario: Metrics of pods, of objects and of neither come through an adapter
    Given kubectl "apply -f fixtures/manifests/prometheus-adapter.yaml" is run
    And these manifests are applied:
      """yaml
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: web}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        maxReplicas: 20
        metrics:
          - type: Pods
            pods: {metric: {name: http_requests_per_second}, target: {type: AverageValue, averageValue: "10"}}
          - type: Object
            object:
              metric: {name: hits}
              describedObject: {apiVersion: v1, kind: Service, name: front}
              target: {type: Value, value: "100"}
          - type: External
            external: {metric: {name: queue_depth}, target: {type: AverageValue, averageValue: "30"}}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: front, annotations: {kubedrill.io/metrics: "{hits: 60}"}}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: broker, labels: {kubedrill.io/external-metrics: "true", queue: orders}}
      data: {queue_depth: "{steps: [[0s, 50], [4m, 150]]}"}
      """
    When kubectl "annotate pods -l app=web 'kubedrill.io/metrics={http_requests_per_second: 7.5}'" is run
    And 3 minutes pass
    Then field "spec.replicas" of Deployment "web" is "2"
    And HorizontalPodAutoscaler "web" matches:
      """yaml
      status:
        currentMetrics:
          - {type: Pods, pods: {current: {averageValue: 7500m}}}
          - {type: Object, object: {current: {value: "60"}}}
          - {type: External, external: {current: {averageValue: "25"}}}
      """
    When kubectl "get --raw /apis/custom.metrics.k8s.io/v1beta2/namespaces/default/services/front/hits" is run
    Then the command's output contains "MetricValueList"
    When 2 minutes pass
    Then field "spec.replicas" of Deployment "web" is "5"
    And HorizontalPodAutoscaler "web" has a Normal event SuccessfulRescale
    And that event's message contains "external metric queue_depth(nil) above target"
