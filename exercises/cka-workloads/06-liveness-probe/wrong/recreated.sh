#!/bin/sh
kubectl get deployment portal -n web -o yaml | sed "s/port: 8080/port: 80/" > /tmp/portal.yaml
kubectl replace --force -f /tmp/portal.yaml
