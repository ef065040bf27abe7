#!/bin/sh
kubectl rollout restart daemonset kube-proxy -n kube-system
