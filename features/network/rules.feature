@network
Feature: kube-proxy's rules
  kube-proxy writes rules on every node and carries no traffic itself.

  @claim:net-03
  Scenario: The rules of a Service can be listed on a node
    Given a cluster with 1 control plane node and 2 worker nodes
    And a Deployment "web" of image "nginx:1.27" with 3 replicas
    And a Service "web" selecting "app=web" on port 80
    And Service "web" has 3 ready endpoints within 30 seconds
    And 5 seconds pass
    When command "iptables-save -t nat" is run on node "worker-1"
    Then the command's output contains "KUBE-SERVICES"
    And the command's output contains "default/web cluster IP"
    And the command's output contains "--mode random --probability 0.33333333"
    And the command's output contains "--mode random --probability 0.50000000"
    When Deployment "web" is scaled to 2 replicas
    And 40 seconds pass
    And command "iptables-save -t nat | grep -c 'default/web -> '" is run on node "worker-1"
    Then the command's output contains "2"

  @claim:net-04 @fault
  Scenario: Without kube-proxy the rules stay as they are
    Given a cluster with 1 control plane node and 2 worker nodes
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    And a Service "web" selecting "app=web" on port 80
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: client}
      spec: {nodeName: worker-1, containers: [{name: c, image: "curl:8", command: [sleep, infinity]}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: other}
      spec: {nodeName: worker-2, containers: [{name: c, image: "curl:8", command: [sleep, infinity]}]}
      """
    And a request from Pod "client" to "http://web/" returns status 200 within 1 minute
    When kube-proxy on node "worker-1" stops
    And Deployment "web" is scaled to 4 replicas
    Then Service "web" has 4 ready endpoints within 1 minute
    And 1 minute passes
    And 90 requests from Pod "client" to "http://web/" are answered by exactly 2 different Pods
    And 90 requests from Pod "other" to "http://web/" are answered by exactly 4 different Pods
    When a Service "late" selecting "app=web" on port 80
    And 1 minute passes
    Then a connection from Pod "client" to "http://late/" times out
    When kube-proxy on node "worker-1" starts
    And 10 seconds pass
    Then 90 requests from Pod "client" to "http://web/" are answered by exactly 4 different Pods
    And a request from Pod "client" to "http://late/" returns status 200

  @claim:net-07
  Scenario: A NodePort answers on every node, also where no Pod of the Service runs
    Given a cluster with these nodes:
      | name     | role          |
      | cp-1     | control-plane |
      | worker-1 | worker        |
      | worker-2 | worker        |
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web, labels: {app: web}}
      spec: {nodeName: worker-1, containers: [{name: c, image: "nginx:1.27"}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: local}
      spec: {type: NodePort, externalTrafficPolicy: Local, selector: {app: web}, ports: [{port: 80, nodePort: 30081}]}
      """
    And Service "web" has 1 ready endpoint within 30 seconds
    And 5 seconds pass
    Then a request from Node "cp-1" to "http://192.168.64.11:30080/" returns status 200
    And a request from Node "cp-1" to "http://192.168.64.12:30080/" returns status 200
    And a request from Node "worker-2" to "http://192.168.64.10:30080/" returns status 200
    And a request from Node "cp-1" to "http://192.168.64.11:30081/" returns status 200
    And a connection from Node "cp-1" to "http://192.168.64.12:30081/" times out
    And a connection from Node "cp-1" to "http://192.168.64.12:30079/" is refused

  @claim:net-09 @fault
  Scenario: Without a CNI configuration a node is NotReady and new Pods wait
    Given a cluster
    When file "/etc/cni/net.d/10-kubedrill.conflist" on node "worker-1" is removed
    Then Node "worker-1" is NotReady within 1 minute
    And Node "worker-1" has condition Ready False because of KubeletNotReady
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: new}
      spec: {nodeName: worker-1, tolerations: [{operator: Exists}], containers: [{name: c, image: "nginx:1.27"}]}
      """
    Then Pod "new" stays ContainerCreating for 3 minutes
