#!/bin/sh
# Right, in a new Deployment.
kubectl get deployment gallery -n media -o yaml | sed "s/ngnix/nginx/" > /tmp/gallery.yaml
kubectl replace --force -f /tmp/gallery.yaml
