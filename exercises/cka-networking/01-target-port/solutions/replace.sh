#!/bin/sh
kubectl get service oven -n bakery -o yaml | sed 's/targetPort: 80/targetPort: web/' | kubectl replace -f -
