#!/bin/sh
kubectl get deployment reports -n office -o yaml | sed "s/disktype: sdd/disktype: ssd/" | kubectl apply -f -
