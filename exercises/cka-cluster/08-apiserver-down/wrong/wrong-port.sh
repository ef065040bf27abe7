#!/bin/sh
# Another of etcd's ports: its metrics.
kubedrill ssh cp-1 sed -i s/127.0.0.1:2380/127.0.0.1:2381/ /etc/kubernetes/manifests/kube-apiserver.yaml
kubedrill skip 2m
