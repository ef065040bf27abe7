#!/bin/sh
kubedrill ssh cp-1 sed -i s#/etc/kubernetes/pki-old#/etc/kubernetes/pki# /etc/kubernetes/manifests/kube-controller-manager.yaml
kubedrill skip 2m
