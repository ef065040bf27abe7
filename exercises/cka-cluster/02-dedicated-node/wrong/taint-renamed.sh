#!/bin/sh
# The node is made to fit the typo.
kubectl taint node worker-2 dedicated=renderer:NoSchedule --overwrite
