#!/bin/sh
# Edits everything in the namespace, its secrets too.
kubectl certificate approve mira
kubectl certificate deny kim
kubectl apply -f - <<'END'
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: deployer-mira, namespace: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
subjects: [{kind: User, name: mira, apiGroup: rbac.authorization.k8s.io}]
END
