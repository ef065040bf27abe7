#!/bin/sh
kubectl patch deployment gallery -n media --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/command/0","value":"nginx"}]'
