#!/bin/sh
kubectl get pvc archive-data -n records -o yaml | sed 's/ReadWriteMany/ReadWriteOnce/' >/tmp/claim.yaml
kubectl replace --force -f /tmp/claim.yaml
kubedrill skip 1m
