#!/bin/sh
kubectl patch pdb sessions -n front --type=merge -p '{"spec":{"minAvailable":null,"maxUnavailable":1}}'
kubectl drain worker-1 --ignore-daemonsets --delete-emptydir-data
kubedrill skip 1m
