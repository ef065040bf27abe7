#!/bin/sh
# Reads more than Pods.
kubectl create rolebinding reporter-views -n ops --clusterrole=view --serviceaccount=ops:reporter
