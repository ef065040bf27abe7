#!/bin/sh
# Kept for the claim of this name.
kubectl patch pv disk-orders --type=json -p '[{"op":"remove","path":"/spec/claimRef/uid"},{"op":"remove","path":"/spec/claimRef/resourceVersion"}]'
kubedrill skip 30s
