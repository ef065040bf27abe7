#!/bin/sh
# The wrong port, asked for an hour before anything happens.
kubectl patch deployment portal -n web --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/livenessProbe/failureThreshold","value":360}]'
