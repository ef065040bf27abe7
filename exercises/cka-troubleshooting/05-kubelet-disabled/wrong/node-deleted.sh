#!/bin/sh
# Repaired, but the Node was thrown away and registered anew.
kubectl delete node worker-1
kubedrill ssh worker-1 systemctl enable --now kubelet
