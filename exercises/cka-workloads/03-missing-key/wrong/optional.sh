#!/bin/sh
# The container starts, without its variable.
kubectl patch deployment api -n orders -p '{"spec":{"template":{"spec":{"containers":[{"name":"api","env":[{"name":"DATABASE_URL","valueFrom":{"configMapKeyRef":{"name":"database","key":"database-url","optional":true}}}]}]}}}}'
