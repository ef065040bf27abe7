Feature: Set-up

  Scenario: A volume that belongs to root, a container that does not
    Given namespace "metrics"
    When command "mkdir -p /srv/samples && chmod 755 /srv/samples" is run on node "worker-1"
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: disk-samples}
      spec:
        capacity: {storage: 2Gi}
        accessModes: [ReadWriteOnce]
        persistentVolumeReclaimPolicy: Retain
        local: {path: /srv/samples}
        claimRef: {namespace: metrics, name: samples}
        nodeAffinity:
          required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [worker-1]}]}]}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: samples, namespace: metrics}
      spec: {accessModes: [ReadWriteOnce], storageClassName: "", resources: {requests: {storage: 2Gi}}}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: collector, namespace: metrics, labels: {app: collector}}
      spec:
        replicas: 1
        strategy: {type: Recreate}
        selector: {matchLabels: {app: collector}}
        template:
          metadata: {labels: {app: collector}}
          spec:
            securityContext: {runAsUser: 1000, runAsGroup: 1000}
            containers:
              - name: box
                image: busybox:1.37
                command: [sh, -c, "echo begin >> /data/samples.log && echo collecting && sleep 31536000"]
                volumeMounts: [{name: data, mountPath: /data}]
            volumes: [{name: data, persistentVolumeClaim: {claimName: samples}}]
      """
    And 15 minutes pass
    And this moment is remembered as "the beginning"
