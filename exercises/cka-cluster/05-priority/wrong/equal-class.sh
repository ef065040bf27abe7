#!/bin/sh
# Equal to the thumbnails: nobody gives way to an equal.
kubectl patch deployment alarms -n night -p '{"spec":{"template":{"spec":{"priorityClassName":"batch"}}}}'
kubedrill skip 1m
