#!/bin/sh
# Bound again; the next deleted claim takes the orders along.
kubectl patch pv disk-orders --type=merge -p '{"spec":{"claimRef":null,"persistentVolumeReclaimPolicy":"Delete"}}'
kubedrill skip 30s
