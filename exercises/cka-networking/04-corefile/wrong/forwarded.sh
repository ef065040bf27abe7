#!/bin/sh
# CoreDNS starts, and asks a server that knows nothing of these names.
kubectl get configmap coredns -n kube-system -o json |
  jq '.data.Corefile |= sub("host \\{[^}]*\\}"; "forward . 10.30.0.80")' | kubectl replace -f -
kubectl rollout restart deployment coredns -n kube-system
