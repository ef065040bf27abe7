@network @rbac
Feature: Many connections and many permissions
  Background:
    Given a cluster with 1 control plane node and 2 worker nodes

  Scenario: Who reaches what
    Given a Deployment "web" of image "nginx:1.27" with 2 replicas
    And a Service "web" selecting "app=web" on port 80
    And a Service "nobody" selecting "app=nobody" on port 80
    And a Pod "client" of image "curl:8"
    Then these connections have these outcomes:
      | from            | to                                  | outcome    |
      | Pod "client"    | http://web/                         | 200        |
      | Pod "client"    | web.default.svc.cluster.local:80    | succeeds   |
      | Pod "client"    | nobody:80                           | is refused |
      | Node "worker-1" | https://kubernetes.default.svc:6443 | fails      |

  Scenario: Who may do what
    Given namespace "dev"
    And these manifests are applied:
      """yaml
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata: {name: viewer}
      rules:
        - {apiGroups: [""], resources: [pods, pods/log], verbs: [get, list]}
        - {apiGroups: [apps], resources: [deployments], resourceNames: [web], verbs: [patch]}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata: {name: views}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: viewer}
      subjects:
        - {kind: User, name: jane, apiGroup: rbac.authorization.k8s.io}
        - {kind: Group, name: observers, apiGroup: rbac.authorization.k8s.io}
        - {kind: ServiceAccount, name: default, namespace: dev}
      """
    Then these permissions hold:
      | who                           | verb   | resource         | namespace | name  | allowed |
      | user "jane"                   | list   | pods             | dev       |       | yes     |
      | user "jane"                   | get    | pods/log         | dev       |       | yes     |
      | user "jane"                   | delete | pods             | dev       |       | no      |
      | user "jane"                   | list   | pods             |           |       | no      |
      | group "observers"             | list   | pods             | dev       |       | yes     |
      | service account "dev/default" | patch  | deployments.apps | dev       | web   | yes     |
      | service account "dev/default" | patch  | deployments      | dev       | other | no      |
      | an anonymous user             | list   | pods             | dev       |       | no      |
