Feature: Set-up

  Scenario: A Corefile that was written wrongly and read late
    Given namespace "office"
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: desk, namespace: office}
      spec: {selector: {app: desk}, ports: [{port: 80}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: desk, namespace: office, labels: {app: desk}}
      spec: {containers: [{name: web, image: "nginx:1.27"}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: client, namespace: office}
      spec: {containers: [{name: shell, image: "busybox:1.36", command: [sleep, infinity]}]}
      """
    And Pod "office/desk" is Ready
    When ConfigMap "kube-system/coredns" is patched with:
      """yaml
      data:
        Corefile: |
          .:53 {
              errors
              health {
                 lameduck 5s
              }
              ready
              kubernetes cluster.local in-addr.arpa ip6.arpa {
                 pods insecure
                 fallthrough in-addr.arpa ip6.arpa
                 ttl 30
              }
              prometheus :9153
              forward . /etc/resolv.conf {
                 max_concurrent 1000
              }
              cache 30
              loop
              reload
              loadbalance
          }
          corp.example:53 {
              errors
              host {
                 10.30.0.80 intranet.corp.example
              }
              cache 30
          }
      """
    And the Pods of Deployment "kube-system/coredns" are deleted
    And 20 minutes pass
    And this moment is remembered as "the beginning"
