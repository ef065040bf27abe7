@api
Feature: Access to the API
  Who somebody is, what he may do, and how he comes by more.

  @claim:api-03
  Scenario: Nobody grants rights that he does not have
    Given a cluster
    And namespace "dev"
    And these manifests are applied:
      """yaml
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata: {name: lead, namespace: dev}
      rules:
      - {apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [create]}
      - {apiGroups: [""], resources: [pods], verbs: [get, list]}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata: {name: jane-leads, namespace: dev}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: lead}
      subjects: [{kind: User, name: jane, apiGroup: rbac.authorization.k8s.io}]
      """
    When kubectl "create role reader -n dev --verb=get --resource=pods --as jane" is run
    Then the command succeeds
    When kubectl "create role reaper -n dev --verb=delete --resource=pods --as jane" is run
    Then the command fails
    And the command's output contains 'user "jane" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:'
    And the command's output contains '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}'

  @claim:api-03
  Scenario: What a group may do, its members may
    Given a cluster
    And namespace "dev"
    And these manifests are applied:
      """yaml
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata: {name: developers-edit, namespace: dev}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
      subjects: [{kind: Group, name: developers, apiGroup: rbac.authorization.k8s.io}]
      """
    Then user "alice" of group "developers" can create "deployments.apps" in namespace "dev"
    And user "alice" of group "developers" cannot create "deployments.apps" in namespace "default"
    And user "alice" of groups "testers, developers" can delete "pods" in namespace "dev"
    And user "alice" of group "testers" cannot delete "pods" in namespace "dev"
    When user "alice" of group "testers" tries to delete Pod "web-0"
    Then the request is denied with status 403 and reason Forbidden

  @claim:api-03
  Scenario: Who may impersonate a user may act as him only where the right says so
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRole
      metadata: {name: acts-as-jane-on-pods}
      rules:
      - {apiGroups: [authentication.k8s.io], resources: [users], resourceNames: [jane], verbs: ["impersonate:user-info"]}
      - {apiGroups: [""], resources: [pods], verbs: ["impersonate-on:user-info:list"]}
      """
    When kubectl "auth can-i impersonate-on:user-info:list pods --as ann" is run
    Then the command's output contains "no"
    When these manifests are applied:
      """yaml
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRoleBinding
      metadata: {name: ann-acts-as-jane}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: acts-as-jane-on-pods}
      subjects: [{kind: User, name: ann, apiGroup: rbac.authorization.k8s.io}]
      """
    And kubectl "auth can-i impersonate-on:user-info:list pods --as ann" is run
    Then the command's output contains "yes"
    When kubectl "auth can-i impersonate users --as ann" is run
    Then the command's output contains "no"

  @claim:api-02
  Scenario: A bootstrap token goes when its time is up
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Secret
      metadata: {name: bootstrap-token-abcdef, namespace: kube-system}
      type: bootstrap.kubernetes.io/token
      stringData:
        token-id: abcdef
        token-secret: 0123456789abcdef
        usage-bootstrap-authentication: "true"
        expiration: "2026-01-01T01:00:00Z"
      """
    When kubectl "get secret bootstrap-token-abcdef -n kube-system" is run
    Then the command succeeds
    When 1 hour passes
    And kubectl "get secret bootstrap-token-abcdef -n kube-system" is run
    Then the command fails
    And the command's output contains 'secrets "bootstrap-token-abcdef" not found'

  @claim:cm-09 @claim:api-03
  Scenario: A token of a service account is good until it expires, or its account goes
    Given a cluster
    And namespace "dev"
    And ServiceAccount "default" exists
    When ServiceAccount "dev/default" is given a token that is good for 15 minutes
    Then the token is accepted
    When 14 minutes pass
    Then the token is accepted
    When 61 seconds pass
    Then the token is refused
    When ServiceAccount "dev/default" is given a token that is good for 1 hour
    And ServiceAccount "dev/default" is deleted
    Then the token is refused

  @claim:api-03 @kubectl
  Scenario: An administrator acts as somebody else to see what he may do
    Given a cluster
    When kubectl "create rolebinding jane-edits --clusterrole=edit --user=jane" is run
    And kubectl "auth can-i create deployments --as jane" is run
    Then the command's output contains "yes"
    When kubectl "auth can-i create rolebindings --as jane" is run
    Then the command fails
    And the command's output contains "no"
    When kubectl "auth whoami --as jane --as-group developers" is run
    Then the command's output contains "jane"
    And the command's output contains "developers"
    When kubectl "create deployment web --image=nginx:1.27 --as jane" is run
    Then the command succeeds
    When kubectl "delete namespace kube-public --as jane" is run
    Then the command fails
    And the command's output contains 'User "jane" cannot delete resource "namespaces" in API group "" in the namespace "kube-public"'

  @claim:cm-01
  Scenario: Roles are made up of others by their labels
    Given a cluster
    And user "jane" cannot list "backups.example.com" in namespace "default"
    And these manifests are applied:
      """yaml
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRoleBinding
      metadata: {name: jane-views}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
      subjects: [{kind: User, name: jane, apiGroup: rbac.authorization.k8s.io}]
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRole
      metadata: {name: backup-viewer, labels: {rbac.authorization.k8s.io/aggregate-to-view: "true"}}
      rules: [{apiGroups: [example.com], resources: [backups], verbs: [get, list, watch]}]
      """
    When 1 second passes
    Then user "jane" can list "backups.example.com" in namespace "default"
    When ClusterRole "backup-viewer" is deleted
    And 1 second passes
    Then user "jane" cannot list "backups.example.com" in namespace "default"

  @kubectl
  Scenario: An approved certificate request is signed
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: certificates.k8s.io/v1
      kind: CertificateSigningRequest
      metadata: {name: jo}
      spec:
        request: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIWE1IOENBUUF3SFRFTU1Bb0dBMVVFQ2d3RGQyVmlNUTB3Q3dZRFZRUUREQVJ0YVhKaE1Ga3dFd1lIS29aSQp6ajBDQVFZSUtvWkl6ajBEQVFjRFFnQUU0K1I3SDBHcHRxcEZRMDdtMFFVWURRalYraWpsaUtZb0Z4Zm94SWprCkFEeXJlT0NaSHpZdExyUlZaQzgya0FNVXdtNTFVcThPM3V1MGV2dnJiQWRjcTZBQU1Bb0dDQ3FHU000OUJBTUMKQTBnQU1FVUNJUUR3aVVwN2tZcGc4WWpxbXJTaFFKR0plNjVCUVMrYmE3Y3ZBWTBFK2FzOFlnSWdUdHVKTjRjNQpRbUc5YmZ3bElhazhhcFJ0VHp2Ri8rSytnNnkyUC9IbHUyWT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==
        signerName: kubernetes.io/kube-apiserver-client
        usages: [client auth]
      """
    When kubectl "certificate approve jo" is run
    Then CertificateSigningRequest "jo" satisfies "size(object.status.certificate) > 100" within 10 seconds
