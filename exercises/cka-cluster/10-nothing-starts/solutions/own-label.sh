#!/bin/sh
# Taken away, and back again with an exemption by a label of its own. Nobody is hurried.
kubectl label namespace labelling admission=exempt
kubectl get mutatingwebhookconfiguration labeller -o json |
  jq '.webhooks[0].namespaceSelector.matchExpressions += [{"key":"admission","operator":"NotIn","values":["exempt"]}]' >/tmp/labeller.json
kubectl replace -f /tmp/labeller.json
