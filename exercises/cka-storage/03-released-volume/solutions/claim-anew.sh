#!/bin/sh
# The claim goes before the volume is freed, or it would take it along; then it is made once more, to ask for it by name.
kubectl get pvc orders-data -n shop -o yaml >/tmp/claim.yaml
kubectl delete pvc orders-data -n shop --wait=false
kubectl delete pod -n shop -l app=orders
kubectl patch pv disk-orders --type=json -p '[{"op":"remove","path":"/spec/claimRef"}]'
kubectl apply -f - <<'END'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: orders-data, namespace: shop}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: ""
  volumeName: disk-orders
  resources: {requests: {storage: 3Gi}}
END
kubedrill skip 1m
