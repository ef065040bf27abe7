#!/bin/sh
# Into the Deployment, past the settings.
kubectl set env deployment/storefront -n shopfront PRICES_URL=http://prices.pricing/
