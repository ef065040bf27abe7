#!/bin/sh
# A path that answers, but says nothing about fitness.
kubectl patch deployment search -n library --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/readinessProbe/httpGet/path","value":"/"}]'
