#!/bin/sh
# These Pods go there; the node stays closed to all others.
kubectl patch deployment gateway -n edge --type=merge -p '{"spec":{"strategy":{"rollingUpdate":{"maxUnavailable":1}},"template":{"spec":{"tolerations":[{"key":"node.kubernetes.io/unschedulable","operator":"Exists"}]}}}}'
