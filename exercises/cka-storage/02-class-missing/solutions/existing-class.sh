#!/bin/sh
kubectl get pvc wiki-data -n intranet -o yaml | sed 's/fast-ssd/local-path/' >/tmp/claim.yaml
kubectl replace --force -f /tmp/claim.yaml
