#!/bin/sh
kubectl certificate deny kim
kubectl certificate approve mira
kubectl apply -f - <<'END'
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: deployments}
rules: [{apiGroups: [apps], resources: [deployments], verbs: [get, list, watch, create, update, patch, delete]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: mira, namespace: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: deployments}
subjects: [{kind: User, name: mira, apiGroup: rbac.authorization.k8s.io}]
END
