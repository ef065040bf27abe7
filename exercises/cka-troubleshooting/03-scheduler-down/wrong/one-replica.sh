#!/bin/sh
# The scheduler is repaired, and two thirds of the work are thrown away.
kubedrill ssh cp-1 sed -i s/scheduler.config/scheduler.conf/ /etc/kubernetes/manifests/kube-scheduler.yaml
kubectl scale deployment payments -n bank --replicas=1
