@workloads @claim:cm-15
Feature: Load that changes
  The walkthrough of the horizontal pod autoscaler: clients ask, Pods compute, and there are as many Pods as that takes.

  Background:
    Given a cluster
    And the add-on "metrics-server" is installed
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: php-apache}
      spec:
        selector: {matchLabels: {run: php-apache}}
        template:
          metadata: {labels: {run: php-apache}}
          spec:
            containers:
              - name: php-apache
                image: registry.k8s.io/hpa-example
                resources: {requests: {cpu: 100m}, limits: {cpu: 250m}}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: php-apache}
      spec: {selector: {run: php-apache}, ports: [{port: 80}]}
      ---
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: php-apache}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: php-apache}
        maxReplicas: 10
        metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
      """
    And a Pod "load-generator" of image "busybox:1.28"
    And Deployment "php-apache" is Available

  Scenario: Requests bring Pods until each computes less than half of what it asked for, and without them they go
    When Pod "load-generator" sends 10 requests a second to "http://php-apache/"
    Then HorizontalPodAutoscaler "php-apache" has a Normal event SuccessfulRescale saying "New size: 4; reason: cpu resource utilization (percentage of request) above target" within 2 minutes
    And exactly 5 Pods of Deployment "php-apache" are Ready within 1 minute
    When 3 minutes pass
    Then HorizontalPodAutoscaler "php-apache" satisfies 'object.status.currentMetrics[0].resource.current.averageUtilization == 42'
    When Pod "load-generator" stops sending requests
    And 4 minutes pass
    Then field "spec.replicas" of Deployment "php-apache" is "5"
    And field "spec.replicas" of Deployment "php-apache" is "1" within 4 minutes

  Scenario: One Pod that computes too much brings another, which does not help it
    Given 6 minutes pass
    When each container of the Pods of Deployment "php-apache" uses "25m rising to 75m over 5 minutes" of cpu
    And 2 minutes pass
    Then field "spec.replicas" of Deployment "php-apache" is "1"
    And field "spec.replicas" of Deployment "php-apache" is "2" within 4 minutes
