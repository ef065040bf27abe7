#!/bin/sh
# Both made again on the command line.
kubectl delete role,rolebinding reporter -n ops
kubectl create role reporter -n ops --verb=get,list,watch --resource=pods,pods/log
kubectl create rolebinding reporter -n ops --role=reporter --serviceaccount=ops:reporter
