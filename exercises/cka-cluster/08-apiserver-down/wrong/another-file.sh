#!/bin/sh
# Runs from a copy under another name.
kubedrill ssh cp-1 <<'END'
cd /etc/kubernetes/manifests
sed s/127.0.0.1:2380/127.0.0.1:2379/ kube-apiserver.yaml > /etc/kubernetes/api.yaml
rm kube-apiserver.yaml
mv /etc/kubernetes/api.yaml api.yaml
END
kubedrill skip 2m
