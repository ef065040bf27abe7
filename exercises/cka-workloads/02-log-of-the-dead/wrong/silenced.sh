#!/bin/sh
# It no longer ends, and no longer imports.
kubectl get configmap importer-script -n billing -o yaml | sed "s/exit 1/true/" | kubectl apply -f -
kubectl rollout restart deployment importer -n billing
