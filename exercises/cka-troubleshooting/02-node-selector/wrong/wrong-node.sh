#!/bin/sh
# The wrong machine gets the mistyped label.
kubectl label node worker-1 disktype=sdd
