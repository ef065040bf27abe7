#!/bin/sh
# Now everybody may go there.
kubectl taint node worker-2 dedicated-
