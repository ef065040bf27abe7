#!/bin/sh
# kubectl gives it a selector of its own name: app=queue.
kubectl create service clusterip queue -n orders --clusterip=None --tcp=8080:8080
