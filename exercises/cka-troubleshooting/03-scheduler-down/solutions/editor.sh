#!/bin/sh
# The user's own editor, here one that needs no hands.
EDITOR="sed -i s/scheduler.config/scheduler.conf/" kubedrill ssh cp-1 vi /etc/kubernetes/manifests/kube-scheduler.yaml
