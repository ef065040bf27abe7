#!/bin/sh
# The same name and directory, another object: the record of what it was is gone.
kubectl get pv disk-orders -o yaml | sed '/claimRef:/,/uid:/d' >/tmp/volume.yaml
kubectl delete pv disk-orders
kubectl create -f - <<'END'
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
END
kubedrill skip 30s
