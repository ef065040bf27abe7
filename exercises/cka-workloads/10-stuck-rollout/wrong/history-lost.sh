#!/bin/sh
# The replica sets of the other releases are thrown away.
kubectl rollout undo deployment checkout -n store
kubedrill skip 1m
kubectl patch deployment checkout -n store -p '{"spec":{"revisionHistoryLimit":0}}'
kubedrill skip 1m
