@network @dns
Feature: Requests as they are made from inside
  Who asks has the names that its own files say: a container those the kubelet gave it, a node those of its network.

  Scenario: A Pod knows its host aliases and asks the name servers it was told
    Given a cluster
    And a Deployment "web" of image "nginx:1.27" with 1 replica
    And a Service "web" selecting "app=web" on port 80
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: alias}
      spec:
        hostAliases: [{ip: 192.168.64.11, hostnames: [shop.example]}]
        containers: [{name: c, image: "curl:8", command: [sleep, infinity]}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: alone}
      spec:
        dnsPolicy: None
        dnsConfig: {nameservers: [192.168.64.1]}
        containers: [{name: c, image: "curl:8", command: [sleep, infinity]}]
      """
    And Pod "alias" is Ready within 1 minute
    And Pod "alone" is Ready within 1 minute
    Then a request from Pod "alias" to "http://web/" returns status 200
    And a connection from Pod "alias" to "http://shop.example/" is refused
    And "web" does not resolve from Pod "alone"

  Scenario: Nodes know each other by name
    Given a cluster with 1 control plane node and 1 worker node
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec: {nodeName: worker-1, hostNetwork: true, containers: [{name: c, image: "nginx:1.27"}]}
      """
    And Pod "web" is Ready within 1 minute
    Then a request from Node "cp-1" to "http://worker-1/" returns status 200
