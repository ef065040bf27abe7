#!/bin/sh
kubectl patch deployment api -n orders -p '{"spec":{"template":{"spec":{"containers":[{"name":"api","env":[{"name":"DATABASE_URL","valueFrom":{"configMapKeyRef":{"name":"database","key":"database_url"}}}]}]}}}}'
