Feature: Checks

  @criterion:reached
  Scenario: Readers on both workers reach the newsstand, and still do half an hour later
    Then exactly 2 Pods of DaemonSet "press/reader" are Ready within 7 minutes
    When 30 minutes pass
    Then exactly 2 Pods of DaemonSet "press/reader" are Ready

  @criterion:reached
  Scenario: The readers really ask the newsstand
    Given exactly 2 Pods of DaemonSet "press/reader" are Ready within 7 minutes
    When Deployment "press/newsstand" is scaled to 0 replicas
    Then exactly 2 Pods of DaemonSet "press/reader" are NotReady within 3 minutes

  @criterion:next
  Scenario: Another Service
    Given exactly 2 Pods of DaemonSet "press/reader" are Ready within 7 minutes
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: magazines, namespace: press}
      spec: {selector: {app: newsstand}, ports: [{port: 8080, targetPort: 80}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: passer-by, namespace: press}
      spec: {nodeName: worker-1, containers: [{name: curl, image: "curlimages/curl:8.10.1", command: [sleep, infinity]}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: neighbour, namespace: press}
      spec: {nodeName: worker-2, containers: [{name: curl, image: "curlimages/curl:8.10.1", command: [sleep, infinity]}]}
      """
    Then a request from Pod "press/passer-by" to "http://magazines:8080/" returns status 200 within 1 minute
    And a request from Pod "press/neighbour" to "http://magazines:8080/" returns status 200 within 1 minute

  @criterion:next
  Scenario: All nodes are rebooted
    Given exactly 2 Pods of DaemonSet "press/reader" are Ready within 7 minutes
    When node "worker-1" reboots
    And node "worker-2" reboots
    And node "cp-1" reboots
    And 5 minutes pass
    Then exactly 2 Pods of DaemonSet "press/reader" are Ready within 5 minutes

  @criterion:kept
  Scenario: The same objects
    Then Service "press/newsstand" was not recreated since "the beginning"
    And field "spec" of Service "press/newsstand" did not change since "the beginning"
    And DaemonSet "kube-system/kube-proxy" was not recreated since "the beginning"
    And exactly 3 Pods of DaemonSet "kube-system/kube-proxy" are Ready within 7 minutes
    And DaemonSet "press/reader" was not recreated since "the beginning"
    And field "spec.template.spec" of DaemonSet "press/reader" did not change since "the beginning"
