Feature: Checks

  @criterion:resolves
  Scenario: Names of Services resolve, and still do half an hour later
    Then exactly 2 Pods of Deployment "kube-system/coredns" are Ready within 7 minutes
    And a request from Pod "office/client" to "http://desk/" returns status 200
    When 30 minutes pass
    Then exactly 2 Pods of Deployment "kube-system/coredns" are Ready
    And a request from Pod "office/client" to "http://desk/" returns status 200

  @criterion:resolves
  Scenario: CoreDNS starts with what the ConfigMap says
    When the Pods of Deployment "kube-system/coredns" are deleted
    Then exactly 2 Pods of Deployment "kube-system/coredns" are Ready within 5 minutes
    And a request from Pod "office/client" to "http://desk/" returns status 200

  @criterion:intranet
  Scenario: A Pod of any namespace knows the intranet
    Given exactly 2 Pods of Deployment "kube-system/coredns" are Ready within 7 minutes
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: newcomer, namespace: default}
      spec:
        restartPolicy: OnFailure
        containers:
          - name: ask
            image: "busybox:1.36"
            command: [sh, -c, "until nslookup intranet.corp.example; do sleep 5; done"]
      """
    And 1 minute passes
    Then the log of Pod "default/newcomer" contains "10.30.0.80"

  @criterion:kept
  Scenario: The cluster's own CoreDNS
    Then Deployment "kube-system/coredns" was not recreated since "the beginning"
    And field "spec.replicas" of Deployment "kube-system/coredns" is "2"
    And field "spec.template.spec" of Deployment "kube-system/coredns" did not change since "the beginning"
    And Service "kube-system/kube-dns" was not recreated since "the beginning"
    And field "spec" of Service "kube-system/kube-dns" did not change since "the beginning"
