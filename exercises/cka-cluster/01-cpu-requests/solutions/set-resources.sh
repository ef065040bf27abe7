#!/bin/sh
kubectl set resources deployment invoices -n billing --requests=cpu=200m,memory=128Mi
