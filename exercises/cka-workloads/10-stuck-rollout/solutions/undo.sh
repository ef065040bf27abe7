#!/bin/sh
kubectl rollout undo deployment checkout -n store
