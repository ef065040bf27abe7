#!/bin/sh
# The template of release 8 written out again.
kubectl patch deployment checkout -n store -p '{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:1.26","resources":{"requests":{"cpu":"50m"}}}]}}}}'
