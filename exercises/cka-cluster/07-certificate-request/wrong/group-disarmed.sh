#!/bin/sh
# Kim's group loses its rights, along with everybody who is in it.
kubectl certificate approve mira
kubectl certificate deny kim
kubectl delete clusterrolebinding platform-admins
kubectl create role deployer -n web --verb=get,list,watch,create,update,patch,delete --resource=deployments.apps
kubectl create rolebinding mira -n web --role=deployer --user=mira
