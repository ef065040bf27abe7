#!/bin/sh
# Runs, on the wrong machine.
kubectl patch deployment frames -n studio --type=json -p '[{"op":"remove","path":"/spec/template/spec/nodeSelector"}]'
