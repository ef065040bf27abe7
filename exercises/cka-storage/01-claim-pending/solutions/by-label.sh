#!/bin/sh
# A new claim that selects the volume by its label.
kubectl delete pvc archive-data -n records
kubectl apply -f - <<'END'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: archive-data, namespace: records}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: ""
  selector: {matchLabels: {purpose: archive}}
  resources: {requests: {storage: 1Gi}}
END
