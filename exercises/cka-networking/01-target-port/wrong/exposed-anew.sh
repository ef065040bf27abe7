#!/bin/sh
# Another Service under the old name: another address.
kubectl delete service oven -n bakery
kubectl expose deployment oven -n bakery --port=80 --target-port=web
