#!/bin/sh
# Taken away and made again with the right class.
kubectl get deployment alarms -n night -o yaml | sed 's/priorityClassName: background/priorityClassName: business/' >/tmp/alarms.yaml
kubectl replace --force -f /tmp/alarms.yaml
kubedrill skip 1m
