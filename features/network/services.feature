@network @dns
Feature: Services
  A Service has a stable address and name; connections to it are spread over its ready Pods.

  @claim:net-02 @claim:cm-08 @claim:net-05
  Scenario: A Service sends traffic to ready Pods only
    Given a cluster with 1 control plane node and 2 worker nodes
    And a Deployment "web" of image "echo:1" with 3 replicas
    And a Service "web" selecting "app=web" on port 80
    And a Pod "client" of image "curl:8"
    And Service "web" has 3 ready endpoints within 1 minute
    When the readiness probe of a Pod of Deployment "web" fails
    Then Service "web" has 2 ready endpoints within 40 seconds
    And 90 requests from Pod "client" to "http://web/" are answered by exactly 2 different Pods
    And "web.default.svc.cluster.local" resolves from Pod "client" to the cluster IP of Service "web"
    And "web.other.svc.cluster.local" does not resolve from Pod "client"

  @claim:net-01
  Scenario: Pods reach Pods on every node by their own addresses
    Given a cluster
    And a Deployment "web" of image "nginx:1.27" with 4 replicas
    And a Service "web" selecting "app=web" on port 80
    And a Pod "client" of image "curl:8"
    Then the Pods of Deployment "web" run on 2 different nodes
    And 80 requests from Pod "client" to "http://web/" are answered by 4 different Pods

  @claim:net-06
  Scenario: Without CoreDNS names fail
    Given a cluster
    And a Deployment "web" of image "nginx:1.27" with 1 replica
    And a Service "web" selecting "app=web" on port 80
    And a Pod "client" of image "curl:8"
    And a request from Pod "client" to "http://web/" returns status 200 within 1 minute
    When CoreDNS stops
    And 1 minute passes
    Then a connection from Pod "client" to "http://web/" fails
    When CoreDNS starts
    Then a request from Pod "client" to "http://web/" returns status 200 within 2 minutes

  Scenario: Services answer while the control plane is down
    Given a cluster
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    And a Service "web" selecting "app=web" on port 80
    And a Pod "client" of image "curl:8"
    And a request from Pod "client" to "http://web/" returns status 200 within 1 minute
    When the API server stops
    And etcd stops
    Then a request from Pod "client" to "http://web/" returns status 200
    And nothing is written to etcd for 1 minute
