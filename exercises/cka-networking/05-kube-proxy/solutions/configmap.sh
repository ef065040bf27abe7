#!/bin/sh
kubectl get configmap kube-proxy -n kube-system -o yaml | sed 's/kubeconfig\.yaml/kubeconfig.conf/' | kubectl apply -f -
kubectl rollout restart daemonset kube-proxy -n kube-system
kubectl rollout status daemonset kube-proxy -n kube-system --timeout=120s
