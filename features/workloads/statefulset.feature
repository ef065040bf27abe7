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

  @claim:cm-05
  Scenario: A partition holds an update back; a broken update stops at its first Pod
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: db}
      spec:
        serviceName: db
        replicas: 3
        updateStrategy: {rollingUpdate: {partition: 2}}
        selector: {matchLabels: {app: db}}
        template:
          metadata: {labels: {app: db}}
          spec: {containers: [{name: db, image: "nginx:1.27"}]}
      """
    Then Pod "db-2" is Ready within 1 minute
    When the image of container "db" in StatefulSet "db" is changed to "nginx:1.28"
    And 1 minute passes
    Then field "spec.containers[0].image" of Pod "db-2" is "nginx:1.28"
    And field "spec.containers[0].image" of Pod "db-1" is "nginx:1.27"
    When the image of container "db" in StatefulSet "db" is changed to "nginx:broken"
    And field "spec.updateStrategy.rollingUpdate.partition" of StatefulSet "db" is set to "0"
    And 2 minutes pass
    Then field "spec.containers[0].image" of Pod "db-2" is "nginx:broken"
    And field "spec.containers[0].image" of Pod "db-1" is "nginx:1.27"
    And field "status.updatedReplicas" of StatefulSet "db" is "1"

  @claim:cm-05
  Scenario: Claims go with their Pods where the retention policy says so, and numbers begin where it says
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: db}
      spec:
        serviceName: db
        replicas: 2
        podManagementPolicy: Parallel
        ordinals: {start: 5}
        persistentVolumeClaimRetentionPolicy: {whenScaled: Delete, whenDeleted: Retain}
        selector: {matchLabels: {app: db}}
        template:
          metadata: {labels: {app: db}}
          spec: {containers: [{name: db, image: "nginx:1.27"}]}
        volumeClaimTemplates:
          - metadata: {name: data}
            spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """
    Then Pod "db-5" exists within 10 seconds
    And Pod "db-6" exists within 10 seconds
    And PersistentVolumeClaim "data-db-6" exists
    When StatefulSet "db" is scaled to 1 replica
    Then Pod "db-6" is gone within 1 minute
    And PersistentVolumeClaim "data-db-6" is gone within 1 minute
    And PersistentVolumeClaim "data-db-5" exists

  @claim:cm-16
  Scenario: Pods that are not healthy may be evicted where the budget says so
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: strict}
      spec: {minAvailable: 1, selector: {matchLabels: {app: strict}}}
      ---
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: lenient}
      spec: {minAvailable: 1, unhealthyPodEvictionPolicy: AlwaysAllow, selector: {matchLabels: {app: lenient}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: strict, labels: {app: strict}}
      spec: {containers: [{name: web, image: "nginx:1.27", readinessProbe: {exec: {command: ["false"]}}}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: lenient, labels: {app: lenient}}
      spec: {containers: [{name: web, image: "nginx:1.27", readinessProbe: {exec: {command: ["false"]}}}]}
      """
    And Pod "strict" is Running
    And Pod "lenient" is Running
    When kubectl "drain worker-1 worker-2 --ignore-daemonsets --force --timeout=2s" is run
    Then the command fails
    And the command's output contains "Cannot evict pod as it would violate the pod's disruption budget."
    And Pod "strict" exists
    And Pod "lenient" is gone within 1 minute
