#!/bin/sh
# By the port's name, and a little more slowly.
kubectl patch deployment portal -n web -p '{"spec":{"template":{"spec":{"containers":[{"name":"web","livenessProbe":{"httpGet":{"path":"/","port":"http"},"periodSeconds":15}}]}}}}'
