#!/bin/sh
# The labeller is exempt, and so is everybody who is not the shop.
kubectl patch mutatingwebhookconfiguration labeller --type=json -p '[{"op":"replace","path":"/webhooks/0/namespaceSelector","value":{"matchLabels":{"kubernetes.io/metadata.name":"shop"}}}]'
kubectl rollout restart deployment labeller -n labelling
kubectl rollout status deployment labeller -n labelling
kubectl rollout restart deployment web -n shop
kubectl rollout status deployment web -n shop
