#!/bin/sh
# Nobody uses the claim, and nobody sees the pictures.
kubectl scale deployment viewer -n photos --replicas=0
kubectl patch deployment viewer -n photos --type=json -p '[{"op":"remove","path":"/spec/template/spec/volumes"},{"op":"remove","path":"/spec/template/spec/containers/0/volumeMounts"}]'
kubedrill skip 1m
