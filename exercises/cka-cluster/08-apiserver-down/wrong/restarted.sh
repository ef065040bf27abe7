#!/bin/sh
# Restarting does not change what it is started with.
kubedrill ssh cp-1 systemctl restart containerd kubelet
kubedrill skip 2m
