#!/bin/sh
# The right request, one replica.
kubectl set resources deployment invoices -n billing --requests=cpu=200m,memory=128Mi
kubectl scale deployment invoices -n billing --replicas=1
