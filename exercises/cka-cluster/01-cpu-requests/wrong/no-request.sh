#!/bin/sh
# Runs, but the scheduler is told nothing any more.
kubectl patch deployment invoices -n billing --type=json -p '[{"op":"remove","path":"/spec/template/spec/containers/0/resources"}]'
