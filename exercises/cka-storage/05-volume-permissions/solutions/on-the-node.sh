#!/bin/sh
# The directory is given to the user where it is; the Pod's next start succeeds.
kubedrill ssh worker-1 chown 1000:1000 /srv/samples
kubectl delete pod -n metrics -l app=collector
