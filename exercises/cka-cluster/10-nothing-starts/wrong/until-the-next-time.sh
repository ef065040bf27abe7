#!/bin/sh
# Ignored until the labeller runs, and then as strict as before: the trap is set again.
kubectl patch mutatingwebhookconfiguration labeller --type=json -p '[{"op":"replace","path":"/webhooks/0/failurePolicy","value":"Ignore"}]'
kubectl rollout restart deployment labeller -n labelling
kubectl rollout status deployment labeller -n labelling
kubectl patch mutatingwebhookconfiguration labeller --type=json -p '[{"op":"replace","path":"/webhooks/0/failurePolicy","value":"Fail"}]'
kubectl rollout restart deployment web -n shop
kubectl rollout status deployment web -n shop
