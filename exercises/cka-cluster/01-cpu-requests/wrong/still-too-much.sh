#!/bin/sh
# Less, but not for three.
kubectl set resources deployment invoices -n billing --requests=cpu=800m,memory=128Mi
