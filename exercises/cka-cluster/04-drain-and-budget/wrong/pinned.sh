#!/bin/sh
# Not on worker-1, and never again anywhere else than on worker-2.
kubectl patch deployment sessions -n front -p '{"spec":{"template":{"spec":{"nodeName":"worker-2"}}}}'
kubectl rollout status deployment sessions -n front
