#!/bin/sh
# Fits the small disk, and so gets it.
kubectl get pvc archive-data -n records -o yaml | sed 's/ReadWriteMany/ReadWriteOnce/; s/storage: 4Gi/storage: 1Gi/' >/tmp/claim.yaml
kubectl replace --force -f /tmp/claim.yaml
