#!/bin/sh
# The wish for the node as affinity, the toleration repaired.
kubectl patch deployment frames -n studio --type=merge -p '{"spec":{"template":{"spec":{"nodeSelector":null,"tolerations":[{"key":"dedicated","value":"render"}],"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"dedicated","operator":"In","values":["render"]}]}]}}}}}}}'
