#!/bin/sh
# The name resolves, and nobody is behind it.
kubectl create service clusterip postgres -n forum --tcp=5432:5432
kubectl patch service postgres -n forum -p '{"spec":{"selector":{"app":"postgresql"}}}'
