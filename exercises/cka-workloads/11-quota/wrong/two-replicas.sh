#!/bin/sh
# As many as fit.
kubectl set resources deployment frames -n render --requests=memory=100Mi
kubectl scale deployment frames -n render --replicas=2
