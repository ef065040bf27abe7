#!/bin/sh
kubectl patch mutatingwebhookconfiguration labeller --type=json -p '[{"op":"add","path":"/webhooks/0/namespaceSelector/matchExpressions/0/values/-","value":"labelling"}]'
kubectl rollout restart deployment labeller -n labelling
kubectl rollout status deployment labeller -n labelling
kubectl rollout restart deployment web -n shop
kubectl rollout status deployment web -n shop
