@scheduling
Feature: Pods go where their volumes are
  A claim that is bound says where its Pod can run; one that waits for its first consumer gets its volume where the Pod goes.

  Background:
    Given a cluster with these nodes:
      | name | role          | labels                        |
      | cp   | control-plane |                               |
      | a-1  | worker        | topology.kubernetes.io/zone=a |
      | b-1  | worker        | topology.kubernetes.io/zone=b |

  @claim:sched-02
  Scenario: A claim that waits for its first consumer is bound to a volume of the node that is chosen
    Given these manifests are applied:
      """yaml
      apiVersion: storage.k8s.io/v1
      kind: StorageClass
      metadata: {name: manual}
      provisioner: kubernetes.io/no-provisioner
      volumeBindingMode: WaitForFirstConsumer
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], storageClassName: manual, resources: {requests: {storage: 1Gi}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: user}
      spec:
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
        containers: [{name: c, image: "nginx:1.27", volumeMounts: [{name: data, mountPath: /data}]}]
      """
    Then Pod "user" cannot be scheduled because "2 node(s) didn't find available persistent volumes to bind"
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: disk-of-b-1}
      spec:
        capacity: {storage: 5Gi}
        accessModes: [ReadWriteOnce]
        storageClassName: manual
        hostPath: {path: /mnt/disk}
        nodeAffinity:
          required:
            nodeSelectorTerms:
              - matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [b-1]}]
      """
    Then Pod "user" is scheduled onto node "b-1" within 30 seconds
    And PersistentVolumeClaim "data" is Bound
    And Pod "user" is Running within 1 minute

  @claim:sched-02
  Scenario: Without its claim, or before it is bound, a Pod waits
    Given these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: early}
      spec:
        volumes: [{name: data, persistentVolumeClaim: {claimName: late}}]
        containers: [{name: c, image: "nginx:1.27"}]
      """
    Then Pod "early" cannot be scheduled because 'persistentvolumeclaim "late" not found'
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: late}
      spec: {accessModes: [ReadWriteOnce], storageClassName: "", resources: {requests: {storage: 1Gi}}}
      """
    Then Pod "early" cannot be scheduled because "pod has unbound immediate PersistentVolumeClaims"
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: share}
      spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /mnt/share}}
      """
    Then Pod "early" is Running within 2 minutes

  @claim:sched-02
  Scenario: A volume in one zone keeps its Pods there
    Given these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: zonal, labels: {topology.kubernetes.io/zone: a}}
      spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: "", hostPath: {path: /mnt/zonal}}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: zonal}
      spec: {accessModes: [ReadWriteOnce], storageClassName: "", volumeName: zonal, resources: {requests: {storage: 1Gi}}}
      """
    And PersistentVolumeClaim "zonal" is Bound within 1 minute
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: near}
      spec:
        volumes: [{name: data, persistentVolumeClaim: {claimName: zonal}}]
        containers: [{name: c, image: "nginx:1.27"}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: torn}
      spec:
        nodeSelector: {topology.kubernetes.io/zone: b}
        volumes: [{name: data, persistentVolumeClaim: {claimName: zonal}}]
        containers: [{name: c, image: "nginx:1.27"}]
      """
    Then Pod "near" is scheduled onto node "a-1" within 10 seconds
    And Pod "torn" cannot be scheduled because "1 node(s) had no available volume zone"

  @claim:sched-02
  Scenario: A node takes as many volumes of a driver as it can attach
    Given these manifests are applied:
      """yaml
      apiVersion: storage.k8s.io/v1
      kind: CSINode
      metadata: {name: a-1}
      spec: {drivers: [{name: disks.example.com, nodeID: a-1, topologyKeys: [], allocatable: {count: 1}}]}
      ---
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: one}
      spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: "", csi: {driver: disks.example.com, volumeHandle: one}}
      ---
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: two}
      spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: "", csi: {driver: disks.example.com, volumeHandle: two}}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: one}
      spec: {accessModes: [ReadWriteOnce], storageClassName: "", volumeName: one, resources: {requests: {storage: 1Gi}}}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: two}
      spec: {accessModes: [ReadWriteOnce], storageClassName: "", volumeName: two, resources: {requests: {storage: 1Gi}}}
      """
    And PersistentVolumeClaim "two" is Bound within 1 minute
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: first}
      spec:
        nodeSelector: {kubernetes.io/hostname: a-1}
        volumes: [{name: data, persistentVolumeClaim: {claimName: one}}]
        containers: [{name: c, image: "nginx:1.27"}]
      """
    Then Pod "first" is scheduled onto node "a-1" within 10 seconds
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: second}
      spec:
        nodeSelector: {kubernetes.io/hostname: a-1}
        volumes: [{name: data, persistentVolumeClaim: {claimName: two}}]
        containers: [{name: c, image: "nginx:1.27"}]
      """
    Then Pod "second" cannot be scheduled because "1 node(s) exceed max volume count"

  @claim:sched-02
  Scenario: A ReadWriteOncePod claim is for one Pod alone
    Given these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: own}
      spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOncePod], storageClassName: "", csi: {driver: disks.example.com, volumeHandle: own}}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: own}
      spec: {accessModes: [ReadWriteOncePod], storageClassName: "", volumeName: own, resources: {requests: {storage: 1Gi}}}
      """
    And PersistentVolumeClaim "own" is Bound within 1 minute
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: first}
      spec:
        nodeSelector: {kubernetes.io/hostname: a-1}
        volumes: [{name: data, persistentVolumeClaim: {claimName: own}}]
        containers: [{name: c, image: "nginx:1.27"}]
      """
    Then Pod "first" is scheduled onto node "a-1" within 10 seconds
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: second}
      spec:
        nodeSelector: {kubernetes.io/hostname: b-1}
        volumes: [{name: data, persistentVolumeClaim: {claimName: own}}]
        containers: [{name: c, image: "nginx:1.27"}]
      """
    Then Pod "second" cannot be scheduled because "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod"
    When kubectl "delete pod first --force --grace-period=0" is run
    Then Pod "second" is scheduled onto node "b-1" within 30 seconds

  @claim:sched-02
  Scenario: Where a provisioner says how much room there is, Pods go where there is enough
    Given these manifests are applied:
      """yaml
      apiVersion: storage.k8s.io/v1
      kind: CSIDriver
      metadata: {name: disks.example.com}
      spec: {storageCapacity: true}
      ---
      apiVersion: storage.k8s.io/v1
      kind: StorageClass
      metadata: {name: disks}
      provisioner: disks.example.com
      volumeBindingMode: WaitForFirstConsumer
      ---
      apiVersion: storage.k8s.io/v1
      kind: CSIStorageCapacity
      metadata: {name: zone-a}
      storageClassName: disks
      nodeTopology: {matchLabels: {topology.kubernetes.io/zone: a}}
      capacity: 1Gi
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: big}
      spec: {accessModes: [ReadWriteOnce], storageClassName: disks, resources: {requests: {storage: 10Gi}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: user}
      spec:
        volumes: [{name: data, persistentVolumeClaim: {claimName: big}}]
        containers: [{name: c, image: "nginx:1.27"}]
      """
    Then Pod "user" cannot be scheduled because "2 node(s) did not have enough free storage"
    When these manifests are applied:
      """yaml
      apiVersion: storage.k8s.io/v1
      kind: CSIStorageCapacity
      metadata: {name: zone-b}
      storageClassName: disks
      nodeTopology: {matchLabels: {topology.kubernetes.io/zone: b}}
      capacity: 100Gi
      """
    Then field 'metadata.annotations["volume.kubernetes.io/selected-node"]' of PersistentVolumeClaim "big" is "b-1" within 30 seconds
    And field 'status.nominatedNodeName' of Pod "user" is "b-1"
