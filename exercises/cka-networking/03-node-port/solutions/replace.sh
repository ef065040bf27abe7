#!/bin/sh
kubectl get service orders -n kiosk -o yaml |
  sed -e 's/nodePort: 30800/nodePort: 30080/' -e 's/externalTrafficPolicy: Local/externalTrafficPolicy: Cluster/' |
  kubectl replace -f -
