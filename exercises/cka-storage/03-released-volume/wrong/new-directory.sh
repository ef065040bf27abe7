#!/bin/sh
# Under the old name, but on an empty directory.
kubectl delete pv disk-orders
kubectl create -f - <<'END'
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk-orders}
spec:
  capacity: {storage: 3Gi}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  hostPath: {path: /srv/orders-2}
  nodeAffinity:
    required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [worker-1]}]}]}
END
kubedrill skip 30s
