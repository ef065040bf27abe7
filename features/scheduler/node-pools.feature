@scheduling
Feature: Node pools
  A label says what a pool is for, a taint keeps everything else away. Who belongs there brings a selector and a toleration.

  @claim:sched-13 @claim:flow-04
  Scenario: GPU work goes to GPU nodes, other work stays away
    Given a cluster with these nodes:
      | name  | role          | labels         | taints                      |
      | cp    | control-plane |                |                             |
      | web-1 | worker        | pool=web       |                             |
      | web-2 | worker        | pool=web       |                             |
      | gpu-1 | worker        | pool=inference | nvidia.com/gpu=:NoSchedule  |
      | gpu-2 | worker        | pool=training  | nvidia.com/gpu=:NoSchedule  |
    And kubectl "patch node gpu-1 --subresource=status -p '{\"status\":{\"capacity\":{\"nvidia.com/gpu\":\"2\"}}}'" is run
    And kubectl "patch node gpu-2 --subresource=status -p '{\"status\":{\"capacity\":{\"nvidia.com/gpu\":\"8\"}}}'" is run
    And the command succeeds
    And field 'status.allocatable["nvidia.com/gpu"]' of Node "gpu-1" is "2" within 6 minutes
    And a Deployment "web" of image "nginx:1.27" with 8 replicas
    When these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: inference}
      spec:
        replicas: 3
        selector: {matchLabels: {app: inference}}
        template:
          metadata: {labels: {app: inference}}
          spec:
            nodeSelector: {pool: inference}
            tolerations: [{key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}]
            containers:
              - {name: c, image: "nginx:1.27", resources: {limits: {nvidia.com/gpu: 1}}}
      """
    Then exactly 2 Pods of Deployment "inference" on node "gpu-1" are Running within 30 seconds
    And exactly 1 Pod of Deployment "inference" is Unschedulable
    And Deployment "inference" has a Warning event FailedScheduling
    And that event's message contains "1 Insufficient nvidia.com/gpu"
    And exactly 8 Pods of Deployment "web" are Running
    And no Pods of Deployment "web" on node "gpu-1" are Running
    And no Pods of Deployment "web" on node "gpu-2" are Running
