#!/bin/sh
# Nothing is begun any more.
kubectl patch cronjob backup -n safe -p '{"spec":{"suspend":true}}'
