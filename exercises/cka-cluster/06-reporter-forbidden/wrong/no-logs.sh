#!/bin/sh
# The binding is right; logs are another resource.
kubectl patch rolebinding reporter -n ops --type=json -p '[{"op":"replace","path":"/subjects/0/namespace","value":"ops"}]'
