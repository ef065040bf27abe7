#!/bin/sh
# With the selector of the Service there is.
kubectl expose service queue-clients -n orders --name=queue --cluster-ip=None --port=8080
kubedrill skip 1m
