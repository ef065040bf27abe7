#!/bin/sh
# Plays the scheduler for these Pods; the next ones wait again.
for pod in $(kubectl get pods -n bank -l app=payments -o name | cut -d/ -f2); do
  echo "{\"apiVersion\":\"v1\",\"kind\":\"Binding\",\"metadata\":{\"name\":\"$pod\"},\"target\":{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"name\":\"worker-1\"}}" |
    kubectl create --raw "/api/v1/namespaces/bank/pods/$pod/binding" -f -
done
