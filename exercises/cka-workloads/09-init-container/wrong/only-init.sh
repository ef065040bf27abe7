#!/bin/sh
# The init container has the right name, the forum still the wrong one.
kubectl patch deployment forum -n forum --type=json -p '[{"op":"replace","path":"/spec/template/spec/initContainers/0/env/0/value","value":"forum-database"}]'
