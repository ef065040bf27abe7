#!/bin/sh
# No class said: the default one.
kubectl delete pvc wiki-data -n intranet
kubectl apply -f - <<'END'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: wiki-data, namespace: intranet}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}
END
