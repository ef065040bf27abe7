Feature: Set-up

  Scenario: A claim that asks for more than the disk can do
    Given namespace "records"
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: disk-archive, labels: {purpose: archive}}
      spec:
        capacity: {storage: 5Gi}
        accessModes: [ReadWriteOnce]
        persistentVolumeReclaimPolicy: Retain
        hostPath: {path: /srv/archive}
        nodeAffinity:
          required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [worker-2]}]}]}
      ---
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: disk-scratch, labels: {purpose: scratch}}
      spec:
        capacity: {storage: 1Gi}
        accessModes: [ReadWriteOnce]
        persistentVolumeReclaimPolicy: Retain
        hostPath: {path: /srv/scratch}
        nodeAffinity:
          required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [worker-1]}]}]}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: archive-data, namespace: records}
      spec: {accessModes: [ReadWriteMany], storageClassName: "", resources: {requests: {storage: 4Gi}}}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: archive, namespace: records, labels: {app: archive}}
      spec:
        replicas: 1
        strategy: {type: Recreate}
        selector: {matchLabels: {app: archive}}
        template:
          metadata: {labels: {app: archive}}
          spec:
            containers:
              - name: box
                image: busybox:1.37
                command: [sh, -c, "echo started >> /data/starts; sleep infinity"]
                volumeMounts: [{name: data, mountPath: /data}]
            volumes: [{name: data, persistentVolumeClaim: {claimName: archive-data}}]
      """
    And 15 minutes pass
    And this moment is remembered as "the beginning"
