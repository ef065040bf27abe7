#!/bin/sh
kubectl patch deployment frames -n studio --type=json -p '[{"op":"replace","path":"/spec/template/spec/tolerations/0/value","value":"render"}]'
