#!/bin/sh
# Another volume for the claim: it runs, without the orders.
kubectl create -f - <<'END'
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk-orders-2}
spec: {capacity: {storage: 3Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /srv/orders-2}}
END
kubedrill skip 30s
