@scheduling
Feature: How a scheduler is configured
  The file that --config names says which plugins decide, with which weights and arguments. It is read when the program
  starts: whoever changes it mounts it into the static Pod and names it there.

  @claim:sched-12 @claim:sched-03
  Scenario: Pods are packed onto few nodes in place of being spread
    Given a cluster with 1 control plane node and 3 worker nodes
    And a Deployment "spread" of image "nginx:1.27" with 6 replicas
    And exactly 6 Pods of Deployment "spread" are Running within 1 minute
    And the Pods of Deployment "spread" run on exactly 3 different nodes
    And Deployment "spread" is deleted
    When file "/etc/kubernetes/packing.yaml" on node "cp-1" is written:
      """yaml
      apiVersion: kubescheduler.config.k8s.io/v1
      kind: KubeSchedulerConfiguration
      clientConnection: {kubeconfig: /etc/kubernetes/scheduler.conf}
      profiles:
        - schedulerName: default-scheduler
          plugins:
            score:
              disabled: [{name: NodeResourcesBalancedAllocation}, {name: PodTopologySpread}]
              enabled: [{name: NodeResourcesFit, weight: 5}]
          pluginConfig:
            - name: NodeResourcesFit
              args: {scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 1}]}}
      """
    And file "/etc/kubernetes/manifests/kube-scheduler.yaml" on node "cp-1" is written:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: kube-scheduler, namespace: kube-system, labels: {component: kube-scheduler, tier: control-plane}}
      spec:
        hostNetwork: true
        priorityClassName: system-node-critical
        containers:
          - name: kube-scheduler
            image: registry.k8s.io/kube-scheduler:v1.36.2
            command: [kube-scheduler, --config=/etc/kubernetes/packing.yaml]
            volumeMounts:
              - {name: kubeconfig, mountPath: /etc/kubernetes/scheduler.conf, readOnly: true}
              - {name: packing, mountPath: /etc/kubernetes/packing.yaml, readOnly: true}
        volumes:
          - {name: kubeconfig, hostPath: {path: /etc/kubernetes/scheduler.conf, type: FileOrCreate}}
          - {name: packing, hostPath: {path: /etc/kubernetes/packing.yaml, type: File}}
      """
    And 1 minute passes
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: packed}
      spec:
        replicas: 6
        selector: {matchLabels: {app: packed}}
        template:
          metadata: {labels: {app: packed}}
          spec: {containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: 100m}}}]}
      """
    Then exactly 6 Pods of Deployment "packed" are Running within 1 minute
    And the Pods of Deployment "packed" run on exactly 1 different node

  @claim:sched-12
  Scenario Outline: A file with a mistake ends the scheduler, which says why
    Given a cluster
    And file "/etc/kubernetes/scheduler-config.yaml" on node "cp-1" is written:
      """yaml
      apiVersion: kubescheduler.config.k8s.io/v1
      kind: KubeSchedulerConfiguration
      clientConnection: {kubeconfig: /etc/kubernetes/scheduler.conf}
      <mistake>
      """
    When in file "/etc/kubernetes/manifests/kube-scheduler.yaml" on node "cp-1" "--leader-elect=true" is replaced by "--config=/etc/kubernetes/scheduler-config.yaml"
    And in file "/etc/kubernetes/manifests/kube-scheduler.yaml" on node "cp-1" "/etc/kubernetes/scheduler.conf" is replaced by "/etc/kubernetes"
    And in file "/etc/kubernetes/manifests/kube-scheduler.yaml" on node "cp-1" "FileOrCreate" is replaced by "DirectoryOrCreate"
    Then Pod "kube-system/kube-scheduler-cp-1" is CrashLoopBackOff within 2 minutes
    And the log of Pod "kube-system/kube-scheduler-cp-1" contains '<why>'

    Examples:
      | mistake                                                                        | why                                                                                          |
      | profilez: []                                                                   | "command failed" err="strict decoding error: unknown field                                   |
      | podInitialBackoffSeconds: 20                                                   | podMaxBackoffSeconds: Invalid value: 10: must be greater than or equal to PodInitialBackoff  |
      | profiles: [{schedulerName: a, plugins: {filter: {enabled: [{name: NoSuch}]}}}] | initializing profiles: creating profile for scheduler name a: FilterPlugin                   |
      | profiles: [{schedulerName: a, plugins: {bind: {disabled: [{name: "*"}]}}}]     | at least one bind plugin is needed for profile with scheduler name                           |
