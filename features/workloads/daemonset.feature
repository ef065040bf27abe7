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
    And exactly 1 Pod matching "k8s-app=kube-proxy" in namespace "kube-system" on node "worker-2" is Running within 1 minute

  @claim:cm-04
  Scenario: Its Pods stay where a Deployment's are evicted
    Given a cluster
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    When node "worker-1" is drained
    Then exactly 2 Pods of Deployment "web" on node "worker-2" are Running within 1 minute
    And exactly 1 Pod matching "k8s-app=kube-proxy" in namespace "kube-system" on node "worker-1" is Running

  @claim:cm-04
  Scenario: With a surge the new Pod is ready before the old one goes
    Given a cluster with 1 control plane node and 2 worker nodes
    And container image "agent:2" that behaves like this:
      | ready after | 10 seconds |
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: agent}
      spec:
        updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
        selector: {matchLabels: {app: agent}}
        template:
          metadata: {labels: {app: agent}}
          spec: {containers: [{name: agent, image: "agent:1"}]}
      """
    And exactly 2 Pods of DaemonSet "agent" are Ready within 1 minute
    And this moment is remembered as "start of the rollout"
    When the image of container "agent" in DaemonSet "agent" is changed to "agent:2"
    Then DaemonSet "agent" finishes its rollout within 3 minutes
    And field "status.updatedNumberScheduled" of DaemonSet "agent" is "2"
    And at least 2 Pods of DaemonSet "agent" were Ready at all times since "start of the rollout"

  @claim:cm-04
  Scenario: With OnDelete a new template waits until somebody deletes a Pod
    Given a cluster with 1 control plane node and 2 worker nodes
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: agent}
      spec:
        updateStrategy: {type: OnDelete}
        selector: {matchLabels: {app: agent}}
        template:
          metadata: {labels: {app: agent}}
          spec: {containers: [{name: agent, image: "nginx:1.27"}]}
      """
    And exactly 2 Pods of DaemonSet "agent" are Ready within 1 minute
    When the image of container "agent" in DaemonSet "agent" is changed to "nginx:1.28"
    And 5 minutes pass
    Then DaemonSet "agent" matches:
      """yaml
      status: {observedGeneration: 2, numberReady: 2}
      """
    When kubectl "delete pod -l app=agent --field-selector spec.nodeName=worker-1" is run
    And 1 minute passes
    Then field "status.updatedNumberScheduled" of DaemonSet "agent" is "1"
