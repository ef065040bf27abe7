@storage
Feature: Claims and volumes
  A claim is bound to a volume that fits, or to one that a provisioner makes; what becomes of the volume afterwards says
  its policy.

  Background:
    Given a cluster

  @claim:cm-12
  Scenario: A claim gets the smallest volume that fits, and keeps it for as long as a Pod uses it
    Given these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: small}
      spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /data/small}, storageClassName: manual}
      ---
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: middle}
      spec: {capacity: {storage: 3Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /data/middle}, storageClassName: manual}
      ---
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: big}
      spec: {capacity: {storage: 9Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /data/big}, storageClassName: manual}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], storageClassName: manual, resources: {requests: {storage: 2Gi}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: user}
      spec:
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
        containers: [{name: c, image: "nginx:1.27", volumeMounts: [{name: data, mountPath: /data}]}]
      """
    Then PersistentVolumeClaim "data" matches within 30 seconds:
      """yaml
      metadata: {annotations: {pv.kubernetes.io/bind-completed: "yes", pv.kubernetes.io/bound-by-controller: "yes"}}
      spec: {volumeName: middle}
      status: {phase: Bound, capacity: {storage: 3Gi}, accessModes: [ReadWriteOnce]}
      """
    And Pod "user" is Running within 1 minute
    When PersistentVolumeClaim "data" is deleted
    Then PersistentVolumeClaim "data" is Terminating
    When Pod "user" is deleted
    Then PersistentVolumeClaim "data" is gone within 1 minute
    # Retain: nobody gets it again until somebody has looked at it.
    And PersistentVolume "middle" matches:
      """yaml
      spec: {persistentVolumeReclaimPolicy: Retain, claimRef: {name: data}}
      status: {phase: Released}
      """

  @claim:cm-12
  Scenario: A claim that no volume fits waits, and is told why
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}
      """
    Then PersistentVolumeClaim "data" has a Normal event FailedBinding within 10 seconds
    And that event's message contains "no persistent volumes available for this claim and no storage class is set"
    And PersistentVolumeClaim "data" stays Pending for 1 minute
    # A class that becomes the default one later is given to it.
    When these manifests are applied:
      """yaml
      apiVersion: storage.k8s.io/v1
      kind: StorageClass
      metadata: {name: late, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
      provisioner: example.com/nobody
      """
    Then field "spec.storageClassName" of PersistentVolumeClaim "data" is "late" within 20 seconds
    And PersistentVolumeClaim "data" has a Normal event ExternalProvisioning within 20 seconds
    And that event's message contains "Waiting for a volume to be created either by the external provisioner 'example.com/nobody'"

  @claim:cm-12
  Scenario: A claim whose volume is deleted is Lost
    Given these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: v}
      spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /data/v}, storageClassName: manual}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], storageClassName: manual, resources: {requests: {storage: 1Gi}}}
      """
    And PersistentVolumeClaim "data" is Bound within 30 seconds
    When PersistentVolume "v" is deleted
    And PersistentVolume "v" is patched with:
      """yaml
      metadata: {finalizers: null}
      """
    Then field "status.phase" of PersistentVolumeClaim "data" is "Lost" within 10 seconds
    And PersistentVolumeClaim "data" has a Warning event ClaimLost
    And that event's message contains "Bound claim has lost its PersistentVolume. Data on the volume is lost!"

  @claim:node-08 @claim:cm-12
  Scenario: A Pod waits for its claim to be bound
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], storageClassName: manual, resources: {requests: {storage: 1Gi}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: waiting}
      spec:
        nodeName: worker-1
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
        containers: [{name: c, image: "nginx:1.27", volumeMounts: [{name: data, mountPath: /data}]}]
      """
    Then Pod "waiting" has a Warning event FailedMount within 30 seconds
    And that event's message contains "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], failed to process volumes=[data]: error processing PVC default/data: PVC is not bound"
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: v}
      spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /data/v}, storageClassName: manual}
      """
    Then PersistentVolumeClaim "data" is Bound within 20 seconds
    And Pod "waiting" is Running within 30 seconds
