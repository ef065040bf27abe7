#!/bin/sh
# The right class, and so small that nobody has to give way.
kubectl patch deployment alarms -n night -p '{"spec":{"template":{"spec":{"priorityClassName":"business"}}}}'
kubectl set resources deployment alarms -n night --requests=cpu=50m
kubedrill skip 1m
