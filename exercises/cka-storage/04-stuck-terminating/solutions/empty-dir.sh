#!/bin/sh
# The mount stays, on a directory that comes and goes with the Pod.
kubectl patch deployment viewer -n photos --type=json -p '[{"op":"replace","path":"/spec/template/spec/volumes/0","value":{"name":"thumbnails","emptyDir":{}}}]'
kubedrill skip 1m
