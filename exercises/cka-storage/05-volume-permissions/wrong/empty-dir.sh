#!/bin/sh
# Writable, and gone with the Pod.
kubectl patch deployment collector -n metrics --type=json -p '[{"op":"replace","path":"/spec/template/spec/volumes/0","value":{"name":"data","emptyDir":{}}}]'
