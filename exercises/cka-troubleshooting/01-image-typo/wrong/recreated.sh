#!/bin/sh
# The right image in a new Deployment: the old one is gone.
kubectl delete deployment catalog -n shop
kubectl create deployment catalog --image=nginx:1.27 --replicas=3 -n shop
kubectl patch deployment catalog -n shop -p "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"nginx:1.27\"},{\"name\":\"nginx\",\"\$patch\":\"delete\"}]}}}}"
