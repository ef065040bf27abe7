@storage
Feature: Directories of nodes as volumes, on a bare cluster
  k3s and kind bring local-path-provisioner along: whoever claims storage gets a directory of the node his Pod runs on.

  Background:
    Given a cluster
    And kubectl "apply -f fixtures/manifests/local-path-storage.yaml" is run
    And Deployment "local-path-storage/local-path-provisioner" is Available within 1 minute

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
