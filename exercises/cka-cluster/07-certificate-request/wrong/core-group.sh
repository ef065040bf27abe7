#!/bin/sh
# The rights are good, but on a resource that is not there: Deployments are of the group apps.
kubectl certificate approve mira
kubectl certificate deny kim
kubectl apply -f - <<'END'
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: deployer, namespace: web}
rules: [{apiGroups: [""], resources: [deployments], verbs: ["*"]}]
END
kubectl apply -f - <<'END'
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: deployer-mira, namespace: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: deployer}
subjects: [{kind: User, name: mira, apiGroup: rbac.authorization.k8s.io}]
END
