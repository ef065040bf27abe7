#!/bin/sh
# The Service takes whatever there is.
kubectl patch service search -n library -p '{"spec":{"publishNotReadyAddresses":true}}'
