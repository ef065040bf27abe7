#!/bin/sh
# Who calls itself labeller is let in everywhere.
kubectl patch mutatingwebhookconfiguration labeller --type=json -p '[{"op":"add","path":"/webhooks/0/objectSelector","value":{"matchExpressions":[{"key":"app","operator":"NotIn","values":["labeller"]}]}}]'
kubectl rollout restart deployment labeller -n labelling
kubectl rollout status deployment labeller -n labelling
kubectl rollout restart deployment web -n shop
kubectl rollout status deployment web -n shop
