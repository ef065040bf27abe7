#!/bin/sh
# The alarms keep their class, and the class gets another value.
kubectl get priorityclass background -o yaml | sed 's/^value: .*/value: 500000/' >/tmp/background.yaml
kubectl replace --force -f /tmp/background.yaml
kubectl rollout restart deployment alarms -n night
kubedrill skip 1m
