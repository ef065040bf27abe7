#!/bin/sh
# May do everything, everywhere.
kubectl create clusterrolebinding reporter --clusterrole=cluster-admin --serviceaccount=ops:reporter
