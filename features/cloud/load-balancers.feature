@cloud @network
Feature: Load balancers
  A Service of type LoadBalancer gets a load balancer of the cloud, with an address outside and the nodes behind it.

  Background:
    Given a cluster in a cloud with 1 control plane node and 2 worker nodes
    And a Deployment "web" of image "nginx:1.27" with 3 replicas

  @claim:cloud-03 @claim:net-07
  Scenario: The load balancer has an address, and spreads connections over the Pods by way of the nodes
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
      """
    Then Service "web" matches within 1 minute:
      """yaml
      metadata: {finalizers: [service.kubernetes.io/load-balancer-cleanup]}
      status: {loadBalancer: {ingress: [{ip: 203.0.113.1, ipMode: VIP}]}}
      """
    And Service "web" has a Normal event EnsuringLoadBalancer
    And Service "web" has a Normal event EnsuredLoadBalancer
    And the load balancer of Service "web" is an internet-facing network load balancer
    And the load balancer of Service "web" has 2 healthy backends within 30 seconds
    And a request from outside to Service "web" returns status 200
    And 60 requests from outside to Service "web" are answered by 3 different Pods
    When Service "web" is deleted
    Then Service "web" is gone within 30 seconds
    And the cloud has 0 load balancers
    And Service "web" has a Normal event DeletedLoadBalancer

  @claim:cloud-03
  Scenario: Annotations choose what kind of load balancer it is
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Service
      metadata:
        name: inside
        annotations: {service.beta.kubernetes.io/kubedrill-load-balancer-scheme: internal}
      spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
      ---
      apiVersion: v1
      kind: Service
      metadata:
        name: site
        annotations: {service.beta.kubernetes.io/kubedrill-load-balancer-type: application}
      spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: others}
      spec: {type: LoadBalancer, loadBalancerClass: example.com/other, selector: {app: web}, ports: [{port: 80}]}
      """
    Then the load balancer of Service "inside" is an internal network load balancer within 2 minutes
    And the load balancer of Service "site" is an internet-facing application load balancer within 2 minutes
    And a request from outside to Service "site" returns status 200 within 1 minute
    And a connection from address "100.64.7.7" to Service "inside" times out
    And Service "others" has no event EnsuringLoadBalancer
    And the cloud has 2 load balancers

  @claim:cloud-03 @fault
  Scenario: A load balancer that the account may not have is tried again until it may
    Given the cloud allows 0 load balancers
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
      """
    Then Service "web" has a Warning event SyncLoadBalancerFailed
    And that event's message contains "Error syncing load balancer: failed to ensure load balancer: QuotaExceeded"
    When the cloud allows 1 load balancer
    Then a request from outside to Service "web" returns status 200 within 3 minutes

  @claim:cloud-03 @claim:net-07
  Scenario: With external policy Local only nodes with Pods of the Service are healthy behind the load balancer
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: LoadBalancer, externalTrafficPolicy: Local, selector: {app: web}, ports: [{port: 80}]}
      """
    And Deployment "web" is scaled to 1 replica
    Then the load balancer of Service "web" has 1 healthy backend within 2 minutes
    And a request from outside to Service "web" returns status 200
    And the log of Deployment "web" contains "100.64.7.7"
    When Deployment "web" is scaled to 0 replicas
    Then the load balancer of Service "web" has 0 healthy backends within 2 minutes

  @claim:cloud-03 @claim:net-07
  Scenario: Source ranges keep everybody else out
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec:
        type: LoadBalancer
        loadBalancerSourceRanges: [100.64.8.0/24]
        selector: {app: web}
        ports: [{port: 80}]
      """
    And 1 minute passes
    Then a connection from address "100.64.8.9" to Service "web" succeeds
    And a connection from address "100.64.9.9" to Service "web" times out

  @claim:cloud-03
  Scenario: Nodes that are excluded, gone or new change what is behind the load balancer
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
      """
    Then the load balancer of Service "web" has 2 healthy backends within 2 minutes
    When Node "worker-2" is patched with:
      """yaml
      metadata: {labels: {node.kubernetes.io/exclude-from-external-load-balancers: "true"}}
      """
    Then Service "web" has a Normal event UpdatedLoadBalancer
    And that event's message contains "Updated load balancer with new hosts"
    And the load balancer of Service "web" has 1 healthy backend
    When node "worker-1" fails
    Then the load balancer of Service "web" has 0 healthy backends within 1 minute

  @claim:cloud-03
  Scenario: A load balancer in use takes over one change after the other, and carries traffic meanwhile
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: LoadBalancer, selector: {app: web}, ports: [{name: http, port: 80, targetPort: 80}]}
      """
    Then a request from outside to Service "web" returns status 200 within 2 minutes
    When Service "web" is patched with:
      """yaml
      spec: {loadBalancerSourceRanges: [100.64.8.0/24]}
      """
    And Node "worker-2" is patched with:
      """yaml
      metadata: {labels: {node.kubernetes.io/exclude-from-external-load-balancers: "true"}}
      """
    Then the load balancer of Service "web" has 1 healthy backend within 10 seconds
    And a connection from address "100.64.8.9" to Service "web" succeeds
    And a connection from address "100.64.9.9" to Service "web" times out
    When 10 seconds pass
    Then a connection from address "100.64.8.9" to Service "web" succeeds
