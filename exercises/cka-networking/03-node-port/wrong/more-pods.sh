#!/bin/sh
# A Pod on every worker: none on the control plane node, and orders kept in two memories.
kubectl patch service orders -n kiosk -p '{"spec":{"ports":[{"port":80,"nodePort":30080}]}}'
kubectl scale deployment orders -n kiosk --replicas=4
kubectl rollout status deployment orders -n kiosk --timeout=60s
