#!/bin/sh
kubectl patch deployment portal -n web --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/livenessProbe/httpGet/port","value":80}]'
