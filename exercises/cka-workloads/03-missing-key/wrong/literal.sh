#!/bin/sh
# The value written out: the ConfigMap is no longer asked.
kubectl set env deployment/api -n orders DATABASE_URL-
kubectl set env deployment/api -n orders DATABASE_URL=postgres://db-1.orders:5432/orders
