#!/bin/sh
# A copy by the mistyped name: the next password does not reach it.
kubectl get secret smtp-account -n post -o yaml | sed "s/name: smtp-account/name: smtp-acount/;/uid:/d;/resourceVersion:/d" | kubectl create -f -
