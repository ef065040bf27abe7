#!/bin/sh
# The Service there is, in both containers.
kubectl get deployment forum -n forum -o yaml | sed "s/postgres.forum.svc/forum-database.forum.svc/" | kubectl replace -f -
