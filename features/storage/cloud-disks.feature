@storage @cloud
Feature: Disks of a cloud as volumes
  A CSI driver with its sidecars makes disks for claims, attaches them to the machines whose Pods need them, and takes
  snapshots of them.

  Background:
    Given a cluster in a cloud with these nodes:
      | name     | role          | zone      |
      | cp-1     | control-plane | region-1a |
      | worker-1 | worker        | region-1a |
      | worker-2 | worker        | region-1a |
    And the add-on "snapshot-controller" is installed
    And the add-on "csi-disk" is installed
    And Deployment "kube-system/disk-csi-controller" is Available within 2 minutes
    And field "status.numberReady" of DaemonSet "kube-system/disk-csi-node" is "3" within 2 minutes

  @claim:cloud-04 @claim:cm-12
  Scenario: A disk is made where the Pod runs, attached, and follows it to another node of the zone
    Given these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 4Gi}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: writer}
      spec:
        nodeSelector: {kubernetes.io/hostname: worker-1}
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
        containers:
          - {name: c, image: busybox:1.37, command: [sh, -c, "echo kept > /data/x; sleep 3600"], volumeMounts: [{name: data, mountPath: /data}]}
      """
    Then Pod "writer" is Running within 2 minutes
    And PersistentVolumeClaim "data" is Bound
    And Pod "writer" has a Normal event SuccessfulAttachVolume
    And that event's message contains "AttachVolume.Attach succeeded for volume"
    And the cloud has 1 disk
    When Pod "writer" is deleted
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: reader}
      spec:
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
        containers:
          - {name: c, image: busybox:1.37, command: [sh, -c, "cat /data/x; sleep 3600"], volumeMounts: [{name: data, mountPath: /data}]}
      """
    Then the log of Pod "reader" contains "kept" within 3 minutes
    And the cloud has 1 disk

  @claim:cloud-04
  Scenario: What a snapshot holds is on the disk that is made of it, and a disk grows under a running Pod
    Given these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 4Gi}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: writer}
      spec:
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
        containers:
          - {name: c, image: busybox:1.37, command: [sh, -c, "echo before > /data/x; sleep 3600"], volumeMounts: [{name: data, mountPath: /data}]}
      """
    And Pod "writer" is Running within 2 minutes
    When these manifests are applied:
      """yaml
      apiVersion: snapshot.storage.k8s.io/v1
      kind: VolumeSnapshot
      metadata: {name: monday}
      spec: {source: {persistentVolumeClaimName: data}}
      """
    Then VolumeSnapshot.snapshot.storage.k8s.io "monday" matches within 2 minutes:
      """yaml
      spec: {volumeSnapshotClassName: disk}
      status: {readyToUse: true, restoreSize: 4Gi}
      """
    And VolumeSnapshot.snapshot.storage.k8s.io "monday" has a Normal event CreatingSnapshot
    And that event's message contains "Waiting for a snapshot default/monday to be created by the CSI driver."
    And VolumeSnapshot.snapshot.storage.k8s.io "monday" has a Normal event SnapshotReady
    When kubectl "exec writer -- sh -c 'echo after > /data/x'" is run
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: restored}
      spec:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: 4Gi}}
        dataSource: {apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: monday}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: cloned}
      spec:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: 5Gi}}
        dataSource: {kind: PersistentVolumeClaim, name: data}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: reader}
      spec:
        volumes:
          - {name: restored, persistentVolumeClaim: {claimName: restored}}
          - {name: cloned, persistentVolumeClaim: {claimName: cloned}}
        containers:
          - name: c
            image: busybox:1.37
            command: [sh, -c, "echo restored $(cat /restored/x); echo cloned $(cat /cloned/x); sleep 3600"]
            volumeMounts: [{name: restored, mountPath: /restored}, {name: cloned, mountPath: /cloned}]
      """
    Then the log of Pod "reader" contains "restored before" within 5 minutes
    And the log of Pod "reader" contains "cloned after"
    When PersistentVolumeClaim "data" is patched with:
      """yaml
      spec: {resources: {requests: {storage: 8Gi}}}
      """
    Then PersistentVolumeClaim "data" matches within 3 minutes:
      """yaml
      status: {capacity: {storage: 8Gi}}
      """
    And PersistentVolumeClaim "data" has a Normal event ExternalExpanding
    And PersistentVolumeClaim "data" has a Normal event Resizing
    And PersistentVolumeClaim "data" has a Normal event FileSystemResizeRequired
    And Pod "writer" has a Normal event FileSystemResizeSuccessful

  @claim:cloud-04
  Scenario: A disk that one machine has is not attached to a second
    Given these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: first}
      spec:
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
        containers: [{name: c, image: "nginx:1.27", volumeMounts: [{name: data, mountPath: /data}]}]
      """
    And Pod "first" is Running within 2 minutes
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: second}
      spec:
        nodeName: cp-1
        tolerations: [{operator: Exists}]
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
        containers: [{name: c, image: "nginx:1.27", volumeMounts: [{name: data, mountPath: /data}]}]
      """
    Then Pod "second" has a Warning event FailedAttachVolume within 10 seconds
    And that event's message contains "Volume is already used by pod(s) first"
    And Pod "second" stays ContainerCreating for 3 minutes

  @claim:cloud-04 @claim:cm-12
  Scenario: While the cloud makes no disks the claim waits, and the Pod with it
    Given CreateDisk calls to the cloud fail with "out of capacity in this zone"
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: waiting}
      spec:
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
        containers: [{name: c, image: "nginx:1.27", volumeMounts: [{name: data, mountPath: /data}]}]
      """
    Then PersistentVolumeClaim "data" has a Warning event ProvisioningFailed within 1 minute
    And that event's message contains 'failed to provision volume with StorageClass "disk": rpc error: code ='
    And that event's message contains "out of capacity in this zone"
    And Pod "waiting" is Pending
    When calls to the cloud work again
    Then Pod "waiting" is Running within 10 minutes
    When Pod "waiting" is deleted
    And PersistentVolumeClaim "data" is deleted
    Then the cloud has no disks within 5 minutes

  @claim:node-08
  Scenario: A volume without a file system is a device in the container
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: raw}
      spec: {accessModes: [ReadWriteOnce], volumeMode: Block, resources: {requests: {storage: 1Gi}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: writer}
      spec:
        volumes: [{name: raw, persistentVolumeClaim: {claimName: raw}}]
        containers:
          - {name: c, image: busybox:1.37, command: [sh, -c, "echo bytes > /dev/xvda; cat /dev/xvda; sleep 3600"], volumeDevices: [{name: raw, devicePath: /dev/xvda}]}
      """
    Then the log of Pod "writer" contains "bytes" within 2 minutes

  @claim:cloud-04 @fault
  Scenario: A machine that is given back lets go of its disks
    Given these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 4Gi}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: writer}
      spec:
        nodeSelector: {kubernetes.io/hostname: worker-1}
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
        containers: [{name: c, image: "nginx:1.27", volumeMounts: [{name: data, mountPath: /data}]}]
      """
    And Pod "writer" is Running within 2 minutes
    When the instance of node "worker-1" is deleted
    Then Node "worker-1" is gone within 2 minutes
    And Pod "writer" is gone within 1 minute
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: heir}
      spec:
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
        containers: [{name: c, image: "nginx:1.27", volumeMounts: [{name: data, mountPath: /data}]}]
      """
    Then Pod "heir" has a Warning event FailedAttachVolume within 10 seconds
    And that event's message contains "Multi-Attach error"
    When 6 minutes pass
    Then Pod "heir" is Running within 2 minutes
    And the cloud has 1 disk
