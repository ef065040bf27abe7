#!/bin/sh
# The image's own entrypoint takes the program as its first argument.
kubectl patch deployment gallery -n media --type=json -p '[{"op":"remove","path":"/spec/template/spec/containers/0/command"},{"op":"add","path":"/spec/template/spec/containers/0/args/0","value":"nginx"}]'
