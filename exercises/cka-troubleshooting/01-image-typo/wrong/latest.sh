#!/bin/sh
# Starts, but it is not the image that was agreed on.
kubectl set image deployment/catalog web=nginx:latest -n shop
