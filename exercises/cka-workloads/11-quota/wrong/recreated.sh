#!/bin/sh
# Right, in a new Deployment.
kubectl delete deployment frames -n render
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: frames, namespace: render, labels: {app: frames}}
spec:
  replicas: 3
  selector: {matchLabels: {app: frames}}
  template:
    metadata: {labels: {app: frames}}
    spec:
      containers:
        - {name: worker, image: "nginx:1.27", resources: {requests: {cpu: 250m, memory: 100Mi}}}
END
