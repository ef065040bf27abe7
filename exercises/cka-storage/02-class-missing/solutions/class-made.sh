#!/bin/sh
# The class that the manifests expect, from the provisioner that is there.
kubectl apply -f - <<'END'
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast-ssd}
provisioner: rancher.io/local-path
volumeBindingMode: WaitForFirstConsumer
END
