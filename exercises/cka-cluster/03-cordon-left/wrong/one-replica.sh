#!/bin/sh
# Nothing waits any more.
kubectl scale deployment gateway -n edge --replicas=1
