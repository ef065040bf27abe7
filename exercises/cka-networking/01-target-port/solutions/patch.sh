#!/bin/sh
kubectl patch service oven -n bakery --type=json -p '[{"op":"replace","path":"/spec/ports/0/targetPort","value":"web"}]'
