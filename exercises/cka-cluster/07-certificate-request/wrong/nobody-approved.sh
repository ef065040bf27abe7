#!/bin/sh
# Rights for somebody who cannot show who she is.
kubectl certificate deny mira kim
kubectl create role deployer -n web --verb=get,list,watch,create,update,patch,delete --resource=deployments.apps
kubectl apply -f - <<'END'
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: deployer-mira, namespace: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: deployer}
subjects: [{kind: User, name: mira, apiGroup: rbac.authorization.k8s.io}]
END
