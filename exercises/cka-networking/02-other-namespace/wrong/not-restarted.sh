#!/bin/sh
# The Pods that run do not read it again.
kubectl patch configmap storefront-settings -n shopfront -p '{"data":{"PRICES_URL":"http://prices.pricing/"}}'
