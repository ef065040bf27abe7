#!/bin/sh
# Finished because it does less.
kubectl patch cronjob backup -n safe -p '{"spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"name":"backup","command":["sh","-c","echo copying; sleep 60; echo backup complete"]}]}}}}}}'
