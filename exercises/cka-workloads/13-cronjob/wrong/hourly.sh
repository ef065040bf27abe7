#!/bin/sh
# Finished, but too seldom.
kubectl patch cronjob backup -n safe -p '{"spec":{"schedule":"0 * * * *"}}'
