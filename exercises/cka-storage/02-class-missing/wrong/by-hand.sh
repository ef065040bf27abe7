#!/bin/sh
# A volume made by hand, not by the provisioner.
kubectl apply -f - <<'END'
apiVersion: v1
kind: PersistentVolume
metadata: {name: wiki}
spec: {capacity: {storage: 2Gi}, accessModes: [ReadWriteOnce], storageClassName: fast-ssd, hostPath: {path: /srv/wiki}}
END
