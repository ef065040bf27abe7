#!/bin/sh
# The scheduler is repaired, but the Deployment stays pinned to a node.
kubectl patch deployment payments -n bank -p '{"spec":{"template":{"spec":{"nodeName":"worker-1"}}}}'
kubedrill ssh cp-1 sed -i s/scheduler.config/scheduler.conf/ /etc/kubernetes/manifests/kube-scheduler.yaml
