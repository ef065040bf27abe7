#!/bin/sh
# A Service under the old name.
kubectl create service externalname prices -n shopfront --external-name=prices.pricing.svc.cluster.local
