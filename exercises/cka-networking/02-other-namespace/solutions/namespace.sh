#!/bin/sh
kubectl patch configmap storefront-settings -n shopfront -p '{"data":{"PRICES_URL":"http://prices.pricing/"}}'
kubectl rollout restart deployment storefront -n shopfront
