#!/bin/sh
# A name for a name.
kubectl create service externalname postgres -n forum --external-name=forum-database.forum.svc.cluster.local
