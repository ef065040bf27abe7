#!/bin/sh
# Repaired, and while at it everybody was let in.
kubedrill ssh cp-1 sed -i -e s/127.0.0.1:2380/127.0.0.1:2379/ -e s/--authorization-mode=Node,RBAC/--authorization-mode=AlwaysAllow/ /etc/kubernetes/manifests/kube-apiserver.yaml
kubedrill skip 2m
