#!/bin/sh
# Repaired, and the order taken back.
kubedrill ssh cp-1 sed -i s#/etc/kubernetes/pki-old#/etc/kubernetes/pki# /etc/kubernetes/manifests/kube-controller-manager.yaml
kubectl scale deployment desk -n help --replicas=2
kubedrill skip 2m
