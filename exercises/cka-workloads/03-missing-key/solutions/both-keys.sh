#!/bin/sh
# The key in both spellings.
kubectl patch configmap database -n orders -p '{"data":{"database-url":"postgres://db-1.orders:5432/orders"}}'
kubectl rollout restart deployment api -n orders
