#!/bin/sh
# The one with the broken disk too.
kubectl uncordon worker-2 worker-3
