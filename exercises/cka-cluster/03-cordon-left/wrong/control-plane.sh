#!/bin/sh
# The control plane node is opened to everybody instead.
kubectl taint node cp-1 node-role.kubernetes.io/control-plane-
