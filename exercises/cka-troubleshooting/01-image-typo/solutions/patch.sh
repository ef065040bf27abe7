#!/bin/sh
kubectl patch deployment catalog -n shop --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"nginx:1.27"}]'
