@api
Feature: Requests to the API server

  @claim:api-03 @claim:api-09
  Scenario: A developer may look at Pods in dev but not delete them
    Given a cluster
    And namespace "dev"
    And a Pod "web-0" of image "nginx:1.27"
    And these manifests are applied:
      """yaml
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata: {name: viewer, namespace: dev}
      rules: [{apiGroups: [""], resources: [pods], verbs: [get, list, watch]}]
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata: {name: jane-views, namespace: dev}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: viewer}
      subjects: [{kind: User, name: jane, apiGroup: rbac.authorization.k8s.io}]
      """
    When user "jane" tries to delete Pod "web-0"
    Then the request is denied with status 403 and reason Forbidden
    And the response message contains 'User "jane" cannot delete resource "pods" in API group "" in the namespace "dev"'
    And Pod "web-0" is Running
    And user "jane" can list "pods" in namespace "dev"
    And user "jane" cannot list "pods" in namespace "prod"

  @claim:api-05
  Scenario: An invalid object is refused with every field error, and nothing is stored
    Given a cluster
    When these manifests are submitted:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: UPPER}
      spec: {containers: [{name: c}]}
      """
    Then the request is denied with status 422 and reason Invalid
    And the response message contains "metadata.name: Invalid value"
    And the response message contains "spec.containers[0].image: Required value"
    And Pod "UPPER" is gone

  @claim:api-04
  Scenario: Admission adds what a manifest leaves out
    Given a cluster
    And a Pod "plain" of image "nginx:1.27"
    Then Pod "plain" matches:
      """yaml
      spec:
        serviceAccountName: default
        tolerations:
          - {key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 300}
          - {key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 300}
      """

  @claim:api-04
  Scenario: Admission refuses what goes into a namespace that is not there
    Given a cluster
    When these manifests are submitted:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: x, namespace: nowhere}
      """
    Then the request is denied with status 404 and reason NotFound
    And the response message contains 'namespaces "nowhere" not found'

  @claim:api-12 @fault
  Scenario: API server down: nobody can connect, containers keep running, nothing is rescheduled
    Given a cluster
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    And Deployment "web" is Available
    When the API server stops
    Then the API server refuses writes
    And 2 containers of Deployment "web" are running on the nodes
    When 10 minutes pass
    Then 2 containers of Deployment "web" are running on the nodes
    When the API server starts
    Then the API server accepts writes within 1 minute
    And exactly 2 Pods of Deployment "web" are Running within 1 minute

  @claim:api-02
  Scenario: A request is authenticated, authorized, admitted, validated, stored: the first who objects answers
    Given a cluster
    # Nobody knows who that is: it goes on as system:anonymous, and may not.
    When an anonymous user tries to create Pod "web"
    Then the request is denied with status 403 and reason Forbidden
    And the response message contains 'User "system:anonymous" cannot create resource "pods"'
    # Known, without the right: that the Pod is invalid, too, is not looked at.
    When user "jane" tries to create Pod "web"
    Then the request is denied with status 403 and reason Forbidden
    And the response message contains 'User "jane" cannot create resource "pods"'
    # The right is there: admission objects before validation does.
    When these manifests are submitted:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec: {serviceAccountName: nobody, containers: []}
      """
    Then the request is denied with status 403 and reason Forbidden
    And the response message contains 'error looking up service account default/nobody: serviceaccount "nobody" not found'
    # Admitted, but not valid.
    When these manifests are submitted:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec: {containers: []}
      """
    Then the request is denied with status 422 and reason Invalid
    And the response message contains "spec.containers: Required value"
    And etcd holds no "/registry/pods/default/web"
    # Valid: what is stored is what admission made of it.
    When these manifests are submitted:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec: {containers: [{name: c, image: "nginx:1.27"}]}
      """
    Then etcd holds "/registry/pods/default/web"
    And field "spec.serviceAccountName" of Pod "web" is "default"

  @claim:cm-01
  Scenario: Where one request in four fails components try again, until all is as it should be
    Given a cluster
    And a Deployment "web" of image "nginx:1.27" with 4 replicas
    When 25% of the requests to the API server fail with status 500
    And node "worker-1" fails
    And 7 minutes pass
    Then exactly 4 Pods of Deployment "web" on node "worker-2" are Ready within 5 minutes
    When 100% of the requests to the API server fail with status 503
    And kubectl "get nodes" is run
    Then the command fails
    And the command's output contains "the server is currently unable to handle the request"
    When 0% of the requests to the API server fail with status 503
    And kubectl "get nodes" is run
    Then the command succeeds
