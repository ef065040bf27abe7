@api @control-plane
Feature: The API server's static Pod
  Its flags stand in /etc/kubernetes/manifests/kube-apiserver.yaml. A wrong one stops it, and its log says why; with the
  API down only the node itself can be asked.

  @claim:api-15 @claim:node-14
  Scenario: An etcd that is not there
    Given a cluster
    When in file "/etc/kubernetes/manifests/kube-apiserver.yaml" on node "cp-1" "--etcd-servers=https://127.0.0.1:2379" is replaced by "--etcd-servers=https://127.0.0.1:2399"
    And 2 minutes pass
    Then the API server refuses writes
    When command "crictl ps -a --name kube-apiserver" is run on node "cp-1"
    Then the command's output contains "Exited"
    When command "crictl logs $(crictl ps -a -q --name kube-apiserver | head -1)" is run on node "cp-1"
    Then the command's output contains "dial tcp 127.0.0.1:2399: connect: connection refused"
    When in file "/etc/kubernetes/manifests/kube-apiserver.yaml" on node "cp-1" "2399" is replaced by "2379"
    Then the API server accepts writes within 2 minutes
    And Pod "kube-system/kube-apiserver-cp-1" is Ready within 2 minutes

  @claim:api-15
  Scenario: A certificate that is not there
    Given a cluster
    When file "/etc/kubernetes/pki/apiserver.crt" on node "cp-1" is removed
    And the API server restarts
    And 30 seconds pass
    Then the API server refuses writes
    When command "crictl logs $(crictl ps -a -q --name kube-apiserver | head -1)" is run on node "cp-1"
    Then the command's output contains "open /etc/kubernetes/pki/apiserver.crt: no such file or directory"

  @claim:api-15
  Scenario: An admission plug-in that does not exist
    Given a cluster
    When in file "/etc/kubernetes/manifests/kube-apiserver.yaml" on node "cp-1" "NodeRestriction" is replaced by "NodeRestrictions"
    And 1 minute passes
    Then the API server refuses writes
    When command "crictl logs $(crictl ps -a -q --name kube-apiserver | head -1)" is run on node "cp-1"
    Then the command's output contains "NodeRestrictions"
    And the command's output contains "is unknown"

  Scenario: A flag of the controller manager shortens how long a node may be silent
    Given a cluster
    And the controller manager runs with these flags:
      | node-monitor-grace-period | 20s |
    When node "worker-1" fails
    Then Node "worker-1" becomes NotReady after 20 seconds

  @fault
  Scenario: A flag of the API server says how long Pods put up with a lost node
    Given a cluster with 1 control plane node and 2 worker nodes
    And the API server runs with these flags:
      | default-unreachable-toleration-seconds | 30 |
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    When node "worker-1" fails
    Then Node "worker-1" becomes NotReady after the node monitor grace period
    And the Pods of Deployment "web" on node "worker-1" stay Running for 20 seconds
    And exactly 2 Pods of Deployment "web" on node "worker-2" are Ready within 30 seconds

  Scenario: An authorization mode changes who may do what
    Given a cluster
    And user "nobody" cannot delete "nodes" in namespace "default"
    When the API server runs with these flags:
      | authorization-mode | Node,RBAC,AlwaysAllow |
    Then user "nobody" can delete "nodes" in namespace "default"

  @claim:api-15
  Scenario: A mistake that is taken back while the API server still looks for its etcd
    Given a cluster
    When in file "/etc/kubernetes/manifests/kube-apiserver.yaml" on node "cp-1" "2379" is replaced by "2399"
    And 30 seconds pass
    Then the API server refuses writes
    When in file "/etc/kubernetes/manifests/kube-apiserver.yaml" on node "cp-1" "2399" is replaced by "2379"
    Then the API server accepts writes within 1 minute

  Scenario: A Lease says that an API server lives, and one that has run out is collected
    Given a cluster
    When these manifests are applied:
      """yaml
      apiVersion: coordination.k8s.io/v1
      kind: Lease
      metadata:
        name: apiserver-of-yore
        namespace: kube-system
        labels: {apiserver.kubernetes.io/identity: kube-apiserver}
      spec: {holderIdentity: apiserver-of-yore_1, leaseDurationSeconds: 3600, renewTime: "2020-01-01T00:00:00.000000Z"}
      """
    And 1 hour passes
    Then Lease "kube-system/apiserver-of-yore" is gone
    And Lease "kube-system/apiserver-rplpdvtx3lntmi4xy2xnxookk4" matches:
      """yaml
      metadata:
        labels: {apiserver.kubernetes.io/identity: kube-apiserver, kubernetes.io/hostname: cp-1}
      spec: {leaseDurationSeconds: 3600}
      """
    When file "/etc/kubernetes/manifests/kube-apiserver.yaml" on node "cp-1" is removed
    And 1 minute passes
    Then etcd holds no "/registry/leases/kube-system/apiserver-rplpdvtx3lntmi4xy2xnxookk4"

  Scenario: Which versions an API server writes is told, and forgotten with it
    Given a cluster
    And the API server runs with these flags:
      | feature-gates  | StorageVersionAPI=true                   |
      | runtime-config | internal.apiserver.k8s.io/v1alpha1=true |
    And the controller manager runs with these flags:
      | feature-gates | StorageVersionAPI=true |
    Then StorageVersion "autoscaling.horizontalpodautoscalers" matches within 1 minute:
      """yaml
      status:
        commonEncodingVersion: autoscaling/v2
        conditions: [{type: AllEncodingVersionsEqual, status: "True", reason: CommonEncodingVersionSet}]
        storageVersions:
          - apiServerID: apiserver-rplpdvtx3lntmi4xy2xnxookk4
            decodableVersions: [autoscaling/v2, autoscaling/v1]
            servedVersions: [autoscaling/v2, autoscaling/v1]
      """
    When 1 minute passes
    And Lease "kube-system/apiserver-rplpdvtx3lntmi4xy2xnxookk4" is deleted
    Then StorageVersion "autoscaling.horizontalpodautoscalers" is gone within 5 seconds
    And StorageVersion "autoscaling.horizontalpodautoscalers" exists within 11 minutes
