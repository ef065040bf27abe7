#!/bin/sh
kubectl get deployment catalog -n shop -o yaml | sed "s/nginx:1.72/nginx:1.27/" | kubectl replace -f -
