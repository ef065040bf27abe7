#!/bin/sh
# Repaired, and the server taught the old path as well.
kubectl patch deployment search -n library --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/readinessProbe/httpGet/path","value":"/healthz"}]'
kubectl get configmap search-nginx -n library -o yaml | sed "s|location / { return 404; }|location = /ready { return 200; }|" | kubectl replace -f -
