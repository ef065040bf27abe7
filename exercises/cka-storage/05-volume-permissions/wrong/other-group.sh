#!/bin/sh
# The user gets a group; the volume does not.
kubectl patch deployment collector -n metrics -p '{"spec":{"template":{"spec":{"securityContext":{"supplementalGroups":[2000]}}}}}'
