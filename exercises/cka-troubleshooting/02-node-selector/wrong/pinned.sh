#!/bin/sh
# Pinned past the scheduler.
kubectl patch deployment reports -n office --type=json -p '[{"op":"remove","path":"/spec/template/spec/nodeSelector"},{"op":"add","path":"/spec/template/spec/nodeName","value":"worker-2"}]'
