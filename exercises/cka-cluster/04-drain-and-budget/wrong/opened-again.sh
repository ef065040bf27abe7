#!/bin/sh
# Drained, and uncordoned too early.
kubectl patch pdb sessions -n front --type=merge -p '{"spec":{"minAvailable":2}}'
kubectl drain worker-1 --ignore-daemonsets
kubectl uncordon worker-1
