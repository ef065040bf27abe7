#!/bin/sh
# No Pod has a port of this name: the Service loses its endpoints' port.
kubectl patch service oven -n bakery --type=json -p '[{"op":"replace","path":"/spec/ports/0/targetPort","value":"http"}]'
