#!/bin/sh
# The claim goes, and the new Pod waits for it.
kubectl delete pod -n photos -l app=viewer
kubedrill skip 1m
