#!/bin/sh
# Plays the controller for two Pods; nothing is repaired.
for n in 3 4; do kubectl run desk-$n --image=nginx:1.27 -n help --labels=app=desk; done
kubedrill skip 1m
