#!/bin/sh
# Limits only: what is limited and not requested is requested as much.
kubectl patch deployment frames -n render --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/resources","value":{"limits":{"cpu":"250m","memory":"100Mi"}}}]'
