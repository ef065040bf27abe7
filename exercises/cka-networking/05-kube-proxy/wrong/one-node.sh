#!/bin/sh
# The configuration is right, and read again on one node only.
kubectl get configmap kube-proxy -n kube-system -o yaml | sed 's/kubeconfig\.yaml/kubeconfig.conf/' | kubectl apply -f -
kubectl patch daemonset kube-proxy -n kube-system -p '{"spec":{"updateStrategy":{"type":"OnDelete","rollingUpdate":null},"template":{"spec":{"nodeSelector":{"kubernetes.io/hostname":"worker-1"}}}}}'
kubectl delete pods -n kube-system -l k8s-app=kube-proxy
