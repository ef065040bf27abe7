@nodes
Feature: Device plugins
  A program of a DaemonSet offers the kubelet devices of its machine; the node advertises them, and Pods that ask for some get
  them for themselves.

  Background:
    Given a cluster with these nodes:
      | name     | role          | gpus |
      | cp-1     | control-plane |      |
      | worker-1 | worker        | 2    |
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: nvidia-device-plugin, namespace: kube-system}
      spec:
        selector: {matchLabels: {name: nvidia-device-plugin}}
        template:
          metadata: {labels: {name: nvidia-device-plugin}}
          spec:
            priorityClassName: system-node-critical
            containers:
              - name: plugin
                image: "nvcr.io/nvidia/k8s-device-plugin:v0.17.4"
                volumeMounts: [{name: device-plugin, mountPath: /var/lib/kubelet/device-plugins}]
            volumes: [{name: device-plugin, hostPath: {path: /var/lib/kubelet/device-plugins}}]
      """
    And Node "worker-1" matches within 1 minute:
      """yaml
      status: {capacity: {nvidia.com/gpu: "2"}, allocatable: {nvidia.com/gpu: "2"}}
      """

  @claim:node-13
  Scenario: Pods get the GPUs they ask for, and the one too many waits
    When these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: train}
      spec:
        replicas: 3
        selector: {matchLabels: {app: train}}
        template:
          metadata: {labels: {app: train}}
          spec:
            containers:
              - name: train
                image: "busybox:1.36"
                command: [sh, -c, "echo GPU $NVIDIA_VISIBLE_DEVICES; sleep 3600"]
                resources: {limits: {nvidia.com/gpu: 1}}
      """
    Then exactly 2 Pods of Deployment "train" are Running within 20 seconds
    And exactly 1 Pod of Deployment "train" is Pending
    And Deployment "train" has a Warning event FailedScheduling
    And that event's message contains "1 Insufficient nvidia.com/gpu"

  @claim:node-13
  Scenario: Without its plugin a device is not to be had
    When DaemonSet "kube-system/nvidia-device-plugin" is deleted
    Then Node "worker-1" matches within 1 minute:
      """yaml
      status: {capacity: {nvidia.com/gpu: "2"}, allocatable: {nvidia.com/gpu: "0"}}
      """
    And Node "worker-1" matches within 6 minutes:
      """yaml
      status: {capacity: {nvidia.com/gpu: "0"}}
      """

  @claim:node-13
  Scenario: The plugin registers with a kubelet that was restarted
    When the kubelet on node "worker-1" restarts
    And 30 seconds pass
    Then Node "worker-1" matches:
      """yaml
      status: {capacity: {nvidia.com/gpu: "2"}, allocatable: {nvidia.com/gpu: "2"}}
      """
