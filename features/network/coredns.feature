@network @dns @time
Feature: CoreDNS and its Corefile
  CoreDNS looks at its Corefile every 30 seconds and takes over what has changed; without an API server it starts all the
  same, with nothing to say about the cluster.

  @claim:net-06
  Scenario: A change of the Corefile takes effect once it is reloaded
    Given a cluster
    And a Deployment "web" of image "nginx:1.27" with 1 replica
    And a Service "web" selecting "app=web" on port 80
    And a Pod "client" of image "busybox:1.36"
    And "web.default.svc.cluster.local" resolves from Pod "client" to the cluster IP of Service "web"
    When ConfigMap "kube-system/coredns" is patched with:
      """yaml
      data:
        Corefile: |
          .:53 {
              errors
              health
              ready
              kubernetes cluster.local example.local in-addr.arpa ip6.arpa
              reload
          }
      """
    Then a connection from Pod "client" to "web.default.svc.example.local" fails
    When 3 minutes pass
    Then "web.default.svc.example.local" resolves from Pod "client" to the cluster IP of Service "web"

  @claim:net-06
  Scenario: Without an API server CoreDNS starts after a while, and knows nothing of the cluster
    Given a cluster with 1 control plane node and 1 worker node
    And a Deployment "web" of image "nginx:1.27" with 1 replica
    And a Service "web" selecting "app=web" on port 80
    And a Pod "client" of image "busybox:1.36"
    And "web.default.svc.cluster.local" resolves from Pod "client" to the cluster IP of Service "web"
    When the API server stops
    Then a request from Pod "client" to "http://web/" returns status 200
    And 1 container of Deployment "web" is running on the nodes
    When command "crictl stop $(crictl ps -q --name coredns)" is run on node "worker-1"
    And 4 seconds pass
    Then a connection from Pod "client" to "web.default.svc.cluster.local" fails
    When command "crictl stop --timeout 30 $(crictl ps -q --name coredns)" is run on node "worker-1"
    And 20 seconds pass
    And command "crictl logs $(crictl ps -q --name coredns | head -1)" is run on node "worker-1"
    Then the command's output contains "starting server with unsynced Kubernetes API"
    And a connection from Pod "client" to "web.default.svc.cluster.local" fails
    When the API server starts
    Then "web.default.svc.cluster.local" resolves from Pod "client" to the cluster IP of Service "web"
