#!/bin/sh
# The container that had a request already.
kubectl set resources deployment quotes -n market -c web --requests=cpu=200m
