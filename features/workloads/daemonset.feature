@workloads
Feature: DaemonSets

  @claim:cm-04
  Scenario: One Pod on every node that matches, also on one that matches later
    Given a cluster with 1 control plane node and 3 worker nodes
    And Node "worker-3" is patched with:
      """yaml
      metadata: {labels: {agent: "no"}}
      """
    When these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: agent}
      spec:
        selector: {matchLabels: {app: agent}}
        template:
          metadata: {labels: {app: agent}}
          spec:
            affinity:
              nodeAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                  nodeSelectorTerms:
                    - matchExpressions: [{key: agent, operator: NotIn, values: ["no"]}]
            containers: [{name: c, image: "nginx:1.27"}]
      """
    Then exactly 2 Pods of DaemonSet "agent" are Running within 30 seconds
    And exactly 1 Pod of DaemonSet "agent" on node "worker-1" is Running
    And exactly 1 Pod of DaemonSet "agent" on node "worker-2" is Running
    When Node "worker-3" is patched with:
      """yaml
      metadata: {labels: {agent: "yes"}}
      """
    Then exactly 1 Pod of DaemonSet "agent" on node "worker-3" is Running within 30 seconds
    When Node "worker-1" is patched with:
      """yaml
      metadata: {labels: {agent: "no"}}
      """
    Then no Pods of DaemonSet "agent" on node "worker-1" are Running within 1 minute
    And field "status.desiredNumberScheduled" of DaemonSet "agent" is "2"

  @claim:cm-04
  Scenario: A node that joins again gets its Pod
    Given a cluster with 1 control plane node and 2 worker nodes
    When node "worker-2" fails
    And Node "worker-2" is deleted
    Then no Pods matching "k8s-app=kube-proxy" on node "worker-2" are Running within 2 minutes
    And field "status.desiredNumberScheduled" of DaemonSet "kube-system/kube-proxy" is "2" within 1 minute
    When node "worker-2" comes back
    Then Node "worker-2" is Ready within 2 minutes
    And exactly 1 Pod matching "k8s-app=kube-proxy" on node "worker-2" is Running within 1 minute

  @claim:cm-04
  Scenario: Its Pods stay where a Deployment's are evicted
    Given a cluster
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    When node "worker-1" is drained
    Then exactly 2 Pods of Deployment "web" on node "worker-2" are Running within 1 minute
    And exactly 1 Pod matching "k8s-app=kube-proxy" on node "worker-1" is Running
