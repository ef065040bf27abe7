@nodes
Feature: Devices by claim
  A DRA driver on the node publishes the devices of its machine in a ResourceSlice. The scheduler allocates some of them to a
  ResourceClaim, and the kubelet has the driver make them ready for the Pod.

  Background:
    Given a cluster with 1 control plane node and 1 worker node
    And kubectl "apply -f fixtures/manifests/dra-example-driver.yaml" is run
    And 30 seconds pass

  @claim:node-13
  Scenario: Each Pod of a template gets a device of its own, and the one too many waits
    When these manifests are applied:
      """yaml
      apiVersion: resource.k8s.io/v1
      kind: ResourceClaimTemplate
      metadata: {name: one-gpu}
      spec: {spec: {devices: {requests: [{name: gpu, exactly: {deviceClassName: gpu.example.com}}]}}}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: train}
      spec:
        replicas: 3
        selector: {matchLabels: {app: train}}
        template:
          metadata: {labels: {app: train}}
          spec:
            resourceClaims: [{name: gpu, resourceClaimTemplateName: one-gpu}]
            containers:
              - name: train
                image: "busybox:1.36"
                command: [sh, -c, "env | grep GPU_DEVICE; sleep 3600"]
                resources: {claims: [{name: gpu}]}
      """
    Then exactly 2 Pods of Deployment "train" are Running within 20 seconds
    And exactly 1 Pod of Deployment "train" is Pending
    And Deployment "train" has a Warning event FailedScheduling
    And that event's message contains "1 cannot allocate all claims"
    When Deployment "train" is scaled to 2 replicas
    And 1 minute passes
    Then exactly 2 Pods of Deployment "train" are Running

  @claim:node-13
  Scenario: A container sees its devices, and its status their health
    When these manifests are applied:
      """yaml
      apiVersion: resource.k8s.io/v1
      kind: ResourceClaim
      metadata: {name: mine}
      spec:
        devices:
          requests:
            - name: gpu
              exactly:
                deviceClassName: gpu.example.com
                selectors: [{cel: {expression: "device.attributes['gpu.example.com'].index == 1"}}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: train}
      spec:
        resourceClaims: [{name: gpu, resourceClaimName: mine}]
        containers:
          - name: train
            image: "busybox:1.36"
            command: [sh, -c, "echo it is $GPU_DEVICE_1; sleep 3600"]
            resources: {claims: [{name: gpu}]}
      """
    Then Pod "train" is Running within 20 seconds
    When kubectl "logs train" is run
    Then the command's output contains "it is gpu-1"
    And Pod "train" matches within 10 seconds:
      """yaml
      status:
        containerStatuses:
          - name: train
            allocatedResourcesStatus: [{name: "claim:gpu", resources: [{health: Healthy}]}]
      """
    When Pod "train" is deleted
    And 1 minute passes
    And kubectl "get resourceclaim mine --no-headers" is run
    Then the command's output contains "pending"

  @claim:node-13
  Scenario: A DeviceClass stands behind an extended resource
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: train}
      spec:
        containers:
          - name: train
            image: "busybox:1.36"
            command: [sh, -c, "echo it is $GPU_DEVICE_0; sleep 3600"]
            resources: {limits: {example.com/gpu: 1}}
      """
    Then Pod "train" is Running within 20 seconds
    When kubectl "logs train" is run
    Then the command's output contains "it is gpu-0"

  @claim:node-13
  Scenario: Without its driver a claim cannot be prepared
    Given these manifests are applied:
      """yaml
      apiVersion: resource.k8s.io/v1
      kind: ResourceClaim
      metadata: {name: mine}
      spec: {devices: {requests: [{name: gpu, exactly: {deviceClassName: gpu.example.com}}]}}
      """
    When DaemonSet "dra-example-driver/dra-example-driver-kubeletplugin" is deleted
    And 15 seconds pass
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: train}
      spec:
        resourceClaims: [{name: gpu, resourceClaimName: mine}]
        containers: [{name: train, image: "busybox:1.36", command: [sleep, "3600"], resources: {claims: [{name: gpu}]}}]
      """
    And 10 seconds pass
    Then Pod "train" has a Warning event FailedPrepareDynamicResources
    And that event's message contains "prepare dynamic resources: DRA driver gpu.example.com is not registered"
    When 1 minute passes
    And kubectl "get resourceslices" is run
    Then the command's output contains "No resources found"

  @claim:node-13
  Scenario: A device that falls ill drives its Pod away
    Given these manifests are applied:
      """yaml
      apiVersion: resource.k8s.io/v1
      kind: ResourceClaim
      metadata: {name: mine}
      spec: {devices: {requests: [{name: any, exactly: {deviceClassName: any}}]}}
      ---
      apiVersion: resource.k8s.io/v1
      kind: DeviceClass
      metadata: {name: any}
      spec: {selectors: [{cel: {expression: "device.driver == 'net.example.com'"}}]}
      ---
      apiVersion: resource.k8s.io/v1
      kind: ResourceSlice
      metadata: {name: cards}
      spec:
        driver: net.example.com
        nodeName: worker-1
        pool: {name: worker-1, generation: 1, resourceSliceCount: 1}
        devices: [{name: card-0}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: talk}
      spec:
        resourceClaims: [{name: net, resourceClaimName: mine}]
        containers: [{name: talk, image: "busybox:1.36", command: [sleep, "3600"], resources: {claims: [{name: net}]}}]
      """
    And 10 seconds pass
    When these manifests are applied:
      """yaml
      apiVersion: resource.k8s.io/v1
      kind: ResourceSlice
      metadata: {name: cards}
      spec:
        driver: net.example.com
        nodeName: worker-1
        pool: {name: worker-1, generation: 1, resourceSliceCount: 1}
        devices: [{name: card-0, taints: [{key: net.example.com/broken, effect: NoExecute}]}]
      """
    And 5 seconds pass
    Then Pod "talk" has a Normal event DeviceTaintManagerEviction
    And that event's message contains "Marking for deletion"
