#!/bin/sh
# Both on the node that is left.
kubectl patch deployment gateway -n edge --type=json -p '[{"op":"remove","path":"/spec/template/spec/affinity"}]'
