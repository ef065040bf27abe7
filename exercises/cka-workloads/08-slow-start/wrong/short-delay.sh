#!/bin/sh
# A minute is not enough: killed at 80 seconds.
kubectl patch deployment ledger -n books -p '{"spec":{"template":{"spec":{"containers":[{"name":"ledger","livenessProbe":{"initialDelaySeconds":60}}]}}}}'
