@storage
Feature: Directories of nodes as volumes, on a bare cluster
  k3s and kind bring local-path-provisioner along: whoever claims storage gets a directory of the node his Pod runs on.

  Background:
    Given a cluster
    And the add-on "local-path-storage" is installed
    And Deployment "local-path-storage/local-path-provisioner" is Available within 1 minute

  @claim:cm-12 @claim:node-08
  Scenario: A claim waits for its first Pod, and then gets a directory of that Pod's node
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """
    Then PersistentVolumeClaim "data" has a Normal event WaitForFirstConsumer within 10 seconds
    And that event's message contains "waiting for first consumer to be created before binding"
    And PersistentVolumeClaim "data" stays Pending for 1 minute
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: writer}
      spec:
        nodeSelector: {kubernetes.io/hostname: worker-2}
        restartPolicy: Never
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
        containers:
          - {name: c, image: busybox:1.37, command: [sh, -c, "echo kept > /data/x"], volumeMounts: [{name: data, mountPath: /data}]}
      """
    Then Pod "writer" is Succeeded within 1 minute
    And PersistentVolumeClaim "data" matches:
      """yaml
      metadata:
        annotations:
          volume.kubernetes.io/selected-node: worker-2
          volume.kubernetes.io/storage-provisioner: rancher.io/local-path
      spec: {storageClassName: local-path}
      status: {phase: Bound, capacity: {storage: 1Gi}}
      """
    And PersistentVolumeClaim "data" has a Normal event ExternalProvisioning
    And that event's message contains "Waiting for a volume to be created either by the external provisioner 'rancher.io/local-path' or manually by the system administrator"
    And PersistentVolumeClaim "data" has a Normal event Provisioning
    And that event's message contains 'External provisioner is provisioning volume for claim "default/data"'
    And PersistentVolumeClaim "data" has a Normal event ProvisioningSucceeded
    And that event's message contains "Successfully provisioned volume pvc-"
    # Another Pod of the claim has to go where the volume is, and finds what was written.
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: reader}
      spec:
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
        containers:
          - {name: c, image: busybox:1.37, command: [sh, -c, "cat /data/x; sleep 3600"], volumeMounts: [{name: data, mountPath: /data}]}
      """
    Then Pod "reader" is scheduled onto node "worker-2" within 10 seconds
    And the log of Pod "reader" contains "kept" within 30 seconds

  @claim:cm-12
  Scenario: With its claim the volume goes, and the directory on the node
    Given these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: writer}
      spec:
        nodeName: worker-1
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
        containers: [{name: c, image: "nginx:1.27", volumeMounts: [{name: data, mountPath: /data}]}]
      """
    And PersistentVolumeClaim "data" stays Pending for 30 seconds
    When kubectl "annotate pvc data volume.kubernetes.io/selected-node=worker-1" is run
    Then PersistentVolumeClaim "data" is Bound within 1 minute
    And Pod "writer" is Running within 3 minutes
    When kubectl "get pv -o custom-columns=PATH:.spec.hostPath.path,NODE:.spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values[0],POLICY:.spec.persistentVolumeReclaimPolicy" is run
    Then the command's output contains "/opt/local-path-provisioner/pvc-"
    And the command's output contains "_default_data"
    And the command's output contains "worker-1"
    And the command's output contains "Delete"
    When PersistentVolumeClaim "data" is deleted
    Then PersistentVolumeClaim "data" is Terminating
    When Pod "writer" is deleted
    Then PersistentVolumeClaim "data" is gone within 1 minute
    When 1 minute passes
    And kubectl "get pv" is run
    Then the command's output contains "No resources found"
