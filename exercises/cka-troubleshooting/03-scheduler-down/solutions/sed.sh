#!/bin/sh
kubedrill ssh cp-1 sed -i s/scheduler.config/scheduler.conf/ /etc/kubernetes/manifests/kube-scheduler.yaml
