#!/bin/sh
# Gone from the node, and for a moment from everywhere.
kubectl scale deployment sessions -n front --replicas=0
kubedrill skip 1m
kubectl scale deployment sessions -n front --replicas=3
kubedrill skip 1m
