#!/bin/sh
# Starts; a server that hangs is left hanging for five minutes.
kubectl patch deployment ledger -n books -p '{"spec":{"template":{"spec":{"containers":[{"name":"ledger","livenessProbe":{"failureThreshold":30}}]}}}}'
