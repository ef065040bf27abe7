#!/bin/sh
kubectl patch pdb sessions -n front --type=merge -p '{"spec":{"minAvailable":2}}'
kubectl drain worker-1 --ignore-daemonsets
kubedrill skip 1m
