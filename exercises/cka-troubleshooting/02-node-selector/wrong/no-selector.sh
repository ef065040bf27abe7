#!/bin/sh
# Without a wish the Pods go anywhere.
kubectl patch deployment reports -n office --type=json -p '[{"op":"remove","path":"/spec/template/spec/nodeSelector"}]'
