#!/bin/sh
# A new claim that asks for the volume by its name.
kubectl delete pvc archive-data -n records
kubectl apply -f - <<'END'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: archive-data, namespace: records}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: ""
  volumeName: disk-archive
  resources: {requests: {storage: 5Gi}}
END
