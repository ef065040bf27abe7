Feature: Checks

  @criterion:answers
  Scenario: It takes writes, and what is asked for is done, and still is half an hour later
    Then the API server accepts writes within 7 minutes
    And Pod "kube-system/kube-apiserver-cp-1" is Ready within 2 minutes
    And Node "cp-1" is Ready within 2 minutes
    And exactly 2 Pods of Deployment "site" are Ready within 2 minutes
    When Deployment "site" is scaled to 3 replicas
    Then exactly 3 Pods of Deployment "site" are Ready within 6 minutes
    When 30 minutes pass
    Then the API server accepts writes
    And exactly 3 Pods of Deployment "site" are Ready

  @criterion:manifest
  Scenario: The manifest is where it was, and the node reboots
    Given the API server accepts writes within 7 minutes
    Then file "/etc/kubernetes/manifests/kube-apiserver.yaml" on node "cp-1" contains "--etcd-servers=https://"
    And Pod "kube-system/kube-apiserver-cp-1" matches within 2 minutes:
      """yaml
      metadata: {annotations: {kubernetes.io/config.source: file}}
      """
    When node "cp-1" reboots
    And 5 minutes pass
    Then the API server accepts writes within 5 minutes

  @criterion:guarded
  Scenario: Strangers are kept out, and the flags that see to it are there
    Given the API server accepts writes within 7 minutes
    Then user "stranger" cannot list "secrets" in namespace "kube-system"
    When an anonymous user tries to list Pod "kube-system/etcd-cp-1"
    Then the request is denied with status 403 and reason Forbidden
    And file "/etc/kubernetes/manifests/kube-apiserver.yaml" on node "cp-1" contains "--authorization-mode=Node,RBAC"
    And file "/etc/kubernetes/manifests/kube-apiserver.yaml" on node "cp-1" contains "--enable-admission-plugins=NodeRestriction"
    And file "/etc/kubernetes/manifests/kube-apiserver.yaml" on node "cp-1" contains "--client-ca-file=/etc/kubernetes/pki/ca.crt"
