#!/bin/sh
# Everything that has a volume loses it.
for name in viewer gallery; do
  kubectl patch deployment $name -n photos --type=json -p '[{"op":"remove","path":"/spec/template/spec/volumes"},{"op":"remove","path":"/spec/template/spec/containers/0/volumeMounts"}]'
done
kubedrill skip 1m
