#!/bin/sh
# The right verbs, in every namespace.
kubectl create clusterrole pod-reader --verb=get,list,watch --resource=pods,pods/log
kubectl create clusterrolebinding reporter-reads --clusterrole=pod-reader --serviceaccount=ops:reporter
