#!/bin/sh
# Names lead to Pods straight away; every other new Service is as dead as before.
kubectl get service newsstand -n press -o json |
  jq '{apiVersion, kind, metadata: {name: .metadata.name, namespace: .metadata.namespace}, spec: {clusterIP: "None", selector: .spec.selector, ports: [{port: 80}]}}' > /tmp/headless.json
kubectl delete service newsstand -n press
kubectl create -f /tmp/headless.json
