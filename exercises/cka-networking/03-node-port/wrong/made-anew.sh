#!/bin/sh
# Another address for those inside.
kubectl delete service orders -n kiosk
kubectl create service nodeport orders -n kiosk --tcp=80:5678 --node-port=30080
