#!/bin/sh
# Bound and mounted, but the pages are written beside it.
kubectl get pvc wiki-data -n intranet -o yaml | sed 's/fast-ssd/local-path/' >/tmp/claim.yaml
kubectl replace --force -f /tmp/claim.yaml
kubectl patch deployment wiki -n intranet --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/volumeMounts/0/mountPath","value":"/mnt"},{"op":"add","path":"/spec/template/spec/volumes/-","value":{"name":"scratch","emptyDir":{}}},{"op":"add","path":"/spec/template/spec/containers/0/volumeMounts/-","value":{"name":"scratch","mountPath":"/pages"}}]'
