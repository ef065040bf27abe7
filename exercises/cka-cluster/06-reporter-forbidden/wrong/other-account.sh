#!/bin/sh
# The rights are there, the Deployment runs as somebody else.
kubectl patch rolebinding reporter -n ops --type=json -p '[{"op":"replace","path":"/subjects/0/namespace","value":"ops"}]'
kubectl patch role reporter -n ops --type=json -p '[{"op":"add","path":"/rules/-","value":{"apiGroups":[""],"resources":["pods/log"],"verbs":["get"]}}]'
kubectl set serviceaccount deployment reporter default -n ops
