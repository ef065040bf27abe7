#!/bin/sh
# A ClusterRole for the rules, used in this namespace only.
kubectl create clusterrole pod-reader --verb=get,list,watch --resource=pods,pods/log
kubectl create rolebinding reporter-reads -n ops --clusterrole=pod-reader --serviceaccount=ops:reporter
