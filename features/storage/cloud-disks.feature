@storage @cloud
Feature: Disks of a cloud as volumes
  A CSI driver with its sidecars makes disks for claims, attaches them to the machines whose Pods need them, and takes
  snapshots of them.

  Background:
    Given a cluster in a cloud with 1 control plane node and 2 worker nodes
    And kubectl "apply -f fixtures/manifests/snapshot-controller.yaml" is run
    And kubectl "apply -f fixtures/manifests/csi-disk.yaml" is run
    And the command succeeds
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
