@etcd
Feature: The registry
  What the cluster is lies in etcd, under /registry/<resource>/<namespace>/<name>, and only the API server goes there.

  @claim:etcd-01
  Scenario: Objects can be found again in etcd
    Given a cluster
    And namespace "dev"
    And a Pod "web" of image "nginx:1.27"
    And a Service "web" selecting "app=web" on port 80
    Then etcd holds "/registry/pods/dev/web"
    And etcd holds "/registry/services/specs/dev/web"
    And etcd holds "/registry/services/endpoints/dev/web" within 10 seconds
    And etcd holds "/registry/minions/worker-1"
    And etcd holds "/registry/namespaces/dev"
    And etcd holds "/registry/leases/kube-node-lease/worker-1"
    And etcd holds "/registry/clusterroles/cluster-admin"
    When Pod "web" is deleted
    Then etcd holds no "/registry/pods/dev/web" within 40 seconds

  @claim:api-01 @fault
  Scenario: Without the API server nobody reads or writes etcd
    Given a cluster with 1 control plane node and 2 worker nodes
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    When the API server stops
    Then etcd has a leader
    And nothing is written to etcd for 5 minutes
    When node "worker-1" fails
    Then nothing is written to etcd for 10 minutes
    When the API server starts
    Then Node "worker-1" is NotReady within 2 minutes
