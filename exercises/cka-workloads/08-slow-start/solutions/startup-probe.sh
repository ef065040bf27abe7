#!/bin/sh
kubectl patch deployment ledger -n books -p '{"spec":{"template":{"spec":{"containers":[{"name":"ledger","startupProbe":{"httpGet":{"path":"/","port":8080},"periodSeconds":5,"failureThreshold":36}}]}}}}'
