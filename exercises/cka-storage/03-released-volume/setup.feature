Feature: Set-up

  Scenario: A claim deleted and made anew, a volume that remembers the first one
    Given namespace "shop"
    And file "/srv/orders/orders.csv" on node "worker-1" is written:
      """
      1001,paid
      1002,open
      """
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: disk-orders}
      spec:
        capacity: {storage: 3Gi}
        accessModes: [ReadWriteOnce]
        persistentVolumeReclaimPolicy: Retain
        hostPath: {path: /srv/orders}
        nodeAffinity:
          required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [worker-1]}]}]}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: orders-data, namespace: shop}
      spec: {accessModes: [ReadWriteOnce], storageClassName: "", resources: {requests: {storage: 3Gi}}}
      """
    And PersistentVolumeClaim "shop/orders-data" is Bound within 1 minute
    When PersistentVolumeClaim "shop/orders-data" is deleted
    Then PersistentVolumeClaim "shop/orders-data" is gone within 1 minute
    And PersistentVolume "disk-orders" is Released within 1 minute
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: orders-data, namespace: shop}
      spec: {accessModes: [ReadWriteOnce], storageClassName: "", resources: {requests: {storage: 3Gi}}}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: orders, namespace: shop, labels: {app: orders}}
      spec:
        replicas: 1
        strategy: {type: Recreate}
        selector: {matchLabels: {app: orders}}
        template:
          metadata: {labels: {app: orders}}
          spec:
            containers:
              - name: box
                image: busybox:1.37
                command: [sh, -c, "cat /data/orders.csv; sleep infinity"]
                volumeMounts: [{name: data, mountPath: /data}]
            volumes: [{name: data, persistentVolumeClaim: {claimName: orders-data}}]
      """
    And 15 minutes pass
    And this moment is remembered as "the beginning"
