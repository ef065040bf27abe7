#!/bin/sh
# A second Service beside the broken one.
kubectl expose deployment orders --name=orders-2 --port=80 -n trade
