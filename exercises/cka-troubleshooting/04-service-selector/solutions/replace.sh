#!/bin/sh
kubectl get service orders -n trade -o yaml | sed "s/app: order$/app: orders/" | kubectl replace -f -
