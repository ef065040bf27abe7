#!/bin/sh
# A Service by the wrong name, for the wrong name's sake.
kubectl create service clusterip leger --tcp=80:80 -n billing
kubectl patch service leger -n billing -p '{"spec":{"selector":{"app":"ledger"}}}'
kubectl delete pod -n billing -l app=importer
