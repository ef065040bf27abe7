Feature: Set-up

  Scenario: A Role with a gap, bound to somebody else
    Given namespace "ops"
    And namespace "payroll"
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ServiceAccount
      metadata: {name: reporter, namespace: ops}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata: {name: reporter, namespace: ops}
      rules: [{apiGroups: [""], resources: [pods], verbs: [get, list, watch]}]
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata: {name: reporter, namespace: ops}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reporter}
      subjects: [{kind: ServiceAccount, name: reporter, namespace: default}]
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: reporter, namespace: ops, labels: {app: reporter}}
      spec:
        replicas: 1
        selector: {matchLabels: {app: reporter}}
        template:
          metadata: {labels: {app: reporter}}
          spec:
            serviceAccountName: reporter
            containers: [{name: box, image: "busybox:1.37", command: [sleep, infinity]}]
      """
    And Deployment "ops/reporter" is Complete within 1 minute
    And 10 minutes pass
    And this moment is remembered as "the beginning"
