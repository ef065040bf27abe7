#!/bin/sh
# The first refusal is gone, the second comes.
kubectl set resources deployment frames -n render --requests=memory=100Mi
