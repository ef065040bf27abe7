#!/bin/sh
# Room is made by hand.
kubectl patch deployment alarms -n night -p '{"spec":{"template":{"spec":{"priorityClassName":"business"}}}}'
kubectl scale deployment thumbnails -n night --replicas=3
kubedrill skip 1m
