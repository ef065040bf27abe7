@api-server @claim:api-11
Feature: The audit log says who did what, when, and what came of it

  Scenario: A refused and an allowed request are both written down, whoever made them
    Given a cluster with 1 control plane node and 1 worker node
    And the API server writes an audit log with this policy:
      """yaml
      apiVersion: audit.k8s.io/v1
      kind: Policy
      omitStages: [RequestReceived]
      rules:
        - level: None
          resources: [{group: coordination.k8s.io, resources: [leases]}]
        - level: Request
          resources: [{group: "", resources: [configmaps]}]
        - level: Metadata
          resources: [{group: "", resources: [pods, "pods/binding"]}]
      """
    And a Pod "web-0" of image "nginx:1.27"
    When user "jane" tries to delete Pod "web-0"
    Then the audit log says that user "jane" asked to delete Pod "web-0", and was answered with status 403
    And the audit log has an entry that matches:
      """yaml
      apiVersion: audit.k8s.io/v1
      kind: Event
      stage: ResponseComplete
      verb: delete
      user: {username: jane, groups: ["system:authenticated"]}
      requestURI: /api/v1/namespaces/default/pods/web-0
      responseStatus: {status: Failure, reason: Forbidden, code: 403}
      annotations: {authorization.k8s.io/decision: forbid}
      """
    And the audit log has an entry that matches:
      """yaml
      verb: create
      user: {username: "system:kube-scheduler"}
      objectRef: {resource: pods, subresource: binding, name: web-0, namespace: default}
      responseStatus: {code: 201}
      annotations: {authorization.k8s.io/decision: allow}
      """
    When kubectl "create configmap settings --from-literal=color=blue" is run
    Then the audit log has an entry that matches:
      """yaml
      level: Request
      verb: create
      user: {username: kubernetes-admin}
      objectRef: {resource: configmaps, name: settings}
      requestObject: {data: {color: blue}}
      responseStatus: {code: 201}
      """
    And the audit log has no entry that matches:
      """yaml
      objectRef: {resource: leases}
      """
    When command "grep -c web-0 /var/log/kubernetes/audit/audit.log" is run on node "cp-1"
    Then the command succeeds

  Scenario: A log that is full gives way to a new one, and old ones go
    Given a cluster with 1 control plane node and 1 worker node
    And the API server writes an audit log with this policy:
      """yaml
      apiVersion: audit.k8s.io/v1
      kind: Policy
      rules: [{level: RequestResponse}]
      """
    And the API server runs with these flags:
      | audit-log-maxsize   | 1 |
      | audit-log-maxbackup | 2 |
    And a Deployment "web" of image "nginx:1.27" with 3 replicas
    And Deployment "web" is Available
    When 20 minutes pass
    And command "ls /var/log/kubernetes/audit | wc -l" is run on node "cp-1"
    Then the command's output contains "3"
    And the audit log has an entry that matches:
      """yaml
      verb: update
      user: {username: "system:node:worker-1"}
      objectRef: {resource: leases, name: worker-1, namespace: kube-node-lease}
      """

  Scenario: A policy that cannot be read stops the API server, and its log says why
    Given a cluster with 1 control plane node and 1 worker node
    When the API server runs with these flags:
      | audit-policy-file | /etc/kubernetes/pki/none.yaml |
    Then the API server refuses writes within 10 seconds
    When command "crictl logs $(crictl ps -a --name kube-apiserver -q | head -n 1)" is run on node "cp-1"
    Then the command's output contains "loading audit policy file: failed to read file path"
