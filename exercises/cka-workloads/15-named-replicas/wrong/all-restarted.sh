#!/bin/sh
# Repaired, and restarted to be sure.
kubectl create service clusterip queue -n orders --clusterip=None --tcp=8080:8080
kubectl rollout restart statefulset queue -n orders
kubectl rollout status statefulset queue -n orders
