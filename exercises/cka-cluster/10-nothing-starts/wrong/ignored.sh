#!/bin/sh
# Everything starts; whoever starts before the labeller has no label, now and after the next power cut.
kubectl patch mutatingwebhookconfiguration labeller --type=json -p '[{"op":"replace","path":"/webhooks/0/failurePolicy","value":"Ignore"}]'
kubectl rollout restart deployment labeller -n labelling
kubectl rollout status deployment labeller -n labelling
kubectl rollout restart deployment web -n shop
kubectl rollout status deployment web -n shop
