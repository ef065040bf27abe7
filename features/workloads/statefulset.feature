@workloads
Feature: StatefulSets
  Pods with names and claims of their own, started and stopped in order.

  @claim:cm-05 @claim:cm-12
  Scenario: Pods come in order, each with its own claim, and come back as they were
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: disk-a}
      spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: manual, hostPath: {path: /data/a}}
      ---
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: disk-b}
      spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: manual, hostPath: {path: /data/b}}
      ---
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: db}
      spec:
        serviceName: db
        replicas: 2
        selector: {matchLabels: {app: db}}
        template:
          metadata: {labels: {app: db}}
          spec:
            containers: [{name: db, image: "nginx:1.27", volumeMounts: [{name: data, mountPath: /data}]}]
        volumeClaimTemplates:
          - metadata: {name: data}
            spec: {accessModes: [ReadWriteOnce], storageClassName: manual, resources: {requests: {storage: 1Gi}}}
      """
    Then Pod "db-0" is Ready within 1 minute
    And Pod "db-1" is Ready within 1 minute
    And field "status.phase" of PersistentVolumeClaim "data-db-0" is "Bound"
    And field "status.phase" of PersistentVolumeClaim "data-db-1" is "Bound"
    When Pod "db-0" is deleted
    And 40 seconds pass
    Then Pod "db-0" is Ready within 1 minute
    And StatefulSet "db" has a Normal event SuccessfulCreate
    When StatefulSet "db" is scaled to 1 replica
    Then Pod "db-1" is gone within 1 minute
    And field "status.phase" of PersistentVolumeClaim "data-db-1" is "Bound"

  @claim:cm-16
  Scenario: A budget keeps a drain from taking too many Pods
    Given a cluster with 1 control plane node and 1 worker node
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    And Deployment "web" is Available
    And these manifests are applied:
      """yaml
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: web}
      spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}
      """
    When the cluster settles
    Then field "status.disruptionsAllowed" of PodDisruptionBudget "web" is "0"
    And PodDisruptionBudget "web" has condition DisruptionAllowed False because of InsufficientPods
    When kubectl "drain worker-1 --ignore-daemonsets --timeout=2s" is run
    Then the command fails
    And the command's output contains "Cannot evict pod as it would violate the pod's disruption budget."
    And exactly 2 Pods of Deployment "web" are Running
