#!/bin/sh
kubectl patch configmap importer-config -n billing -p '{"data":{"ledgerHost":"ledger.billing"}}'
kubectl rollout restart deployment importer -n billing
