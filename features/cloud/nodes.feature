@cloud
Feature: Nodes in a cloud
  Machines are rented. The cloud-controller-manager tells Kubernetes what each of them is and where it stands, lets Pods
  onto it then, and removes the Node of a machine that is gone.

  @claim:cloud-01
  Scenario: A node is initialised with what the cloud knows of its machine
    Given a cluster in a cloud with these nodes:
      | name     | role          | zone      | instance type |
      | cp-1     | control-plane | region-1a | standard-4    |
      | worker-1 | worker        | region-1b | large-16      |
    Then Node "worker-1" is Ready
    And Node "worker-1" matches:
      """yaml
      metadata:
        labels:
          node.kubernetes.io/instance-type: large-16
          beta.kubernetes.io/instance-type: large-16
          topology.kubernetes.io/zone: region-1b
          topology.kubernetes.io/region: region-1
      status:
        addresses:
        - {type: InternalIP, address: 192.168.64.11}
        - {type: ExternalIP, address: 198.51.100.11}
        - {type: Hostname, address: worker-1}
      """
    And field "spec.taints" of Node "worker-1" is ""
    And Node "worker-1" has a Normal event Synced
    And that event's message contains "Node synced successfully"
    When command "cat /var/lib/kubelet/kubeadm-flags.env" is run on node "worker-1"
    Then the command's output contains "--cloud-provider=external"

  @claim:cloud-01 @fault
  Scenario: The Node of a machine that is gone is deleted, and so are its Pods
    Given a cluster in a cloud with 1 control plane node and 2 worker nodes
    And a Deployment "web" of image "nginx:1.27" with 4 replicas
    And Deployment "web" is Available
    When the instance of node "worker-1" is deleted
    And 30 seconds pass
    Then Node "worker-1" exists
    And Node "worker-1" is gone within 1 minute
    And Node "worker-1" has a Normal event DeletingNode
    And that event's message contains "Deleting node worker-1 because it does not exist in the cloud provider"
    And exactly 4 Pods of Deployment "web" on node "worker-2" are Ready within 2 minutes

  @claim:cloud-01 @fault
  Scenario: A machine that is switched off keeps its Node, with a taint until it is back
    Given a cluster in a cloud with 1 control plane node and 2 worker nodes
    When the instance of node "worker-1" is stopped
    Then Node "worker-1" has taint "node.cloudprovider.kubernetes.io/shutdown:NoSchedule" within 90 seconds
    And Node "worker-1" is NotReady
    When the instance of node "worker-1" is started
    Then Node "worker-1" is Ready within 2 minutes
    And field "spec.taints" of Node "worker-1" is "" within 10 seconds

  @claim:cloud-01 @fault
  Scenario: Without an answer from the cloud no Node is deleted
    Given a cluster in a cloud with 1 control plane node and 2 worker nodes
    When the instance of node "worker-1" is deleted
    And calls to the cloud fail
    And 5 minutes pass
    Then Node "worker-1" is NotReady
    When calls to the cloud work again
    Then Node "worker-1" is gone within 10 seconds

  @claim:cloud-01 @fault
  Scenario: Without a cloud-controller-manager new nodes take no Pods, and Nodes of machines that are gone stay
    Given a cluster in a cloud with 1 control plane node and 2 worker nodes
    And the leader of the cloud controller manager is "cp-1"
    When the cloud controller manager stops
    And Node "worker-1" is deleted
    And the kubelet on node "worker-1" restarts
    And the instance of node "worker-2" is deleted
    And 5 minutes pass
    Then Node "worker-1" has taint "node.cloudprovider.kubernetes.io/uninitialized=true:NoSchedule"
    And Node "worker-2" is NotReady
    And a Pod "web" of image "nginx:1.27"
    Then Pod "web" cannot be scheduled because "had untolerated taint"
    When the cloud controller manager starts
    Then Pod "web" is scheduled onto node "worker-1" within 1 minute
    And Node "worker-2" is gone within 1 minute

  @claim:cloud-01
  Scenario: A machine may be given back in whatever state it is
    Given a cluster in a cloud with 1 control plane node and 3 worker nodes
    When the instance of node "worker-1" is stopped
    And the instance of node "worker-1" is deleted
    And the instance of node "worker-2" is stopped
    And the instance of node "worker-3" is stopped
    And 1 minute passes
    And the instance of node "worker-2" is deleted
    And the instance of node "worker-3" is started
    And the instance of node "worker-3" is deleted
    Then Node "worker-1" is gone within 2 minutes
    And Node "worker-2" is gone within 2 minutes
    And Node "worker-3" is gone within 2 minutes
    And the cloud has 1 instance
