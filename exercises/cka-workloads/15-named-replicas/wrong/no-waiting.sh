#!/bin/sh
# Nobody waits for a name any more, and nobody has one.
kubectl get statefulset queue -n orders -o json | jq 'del(.spec.template.spec.initContainers)' | kubectl replace -f -
kubectl delete pod queue-1 -n orders
kubedrill skip 3m
