#!/bin/sh
# The Service that was to be changed is as it was; another one has the port, with the same policy.
kubectl get service orders -n kiosk -o json |
  jq 'del(.metadata.uid, .metadata.resourceVersion, .spec.clusterIP, .spec.clusterIPs) | .metadata.name = "terminals" | .spec.ports[0].nodePort = 30080' |
  kubectl create -f -
