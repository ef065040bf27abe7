#!/bin/sh
# The file exists now, but on the host: the container has only what the manifest mounts.
kubedrill ssh cp-1 cp /etc/kubernetes/scheduler.conf /etc/kubernetes/scheduler.config
