#!/bin/sh
# The ledger pays for it.
kubectl patch deployment alarms -n night -p '{"spec":{"template":{"spec":{"priorityClassName":"business"}}}}'
kubectl delete pods -n night -l app=ledger
kubedrill skip 2m
