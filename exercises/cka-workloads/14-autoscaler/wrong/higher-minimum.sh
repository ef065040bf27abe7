#!/bin/sh
# Repaired, and the minimum raised on the way.
kubectl set resources deployment quotes -n market -c shipper --requests=cpu=20m
kubectl patch hpa quotes -n market -p '{"spec":{"minReplicas":3}}'
