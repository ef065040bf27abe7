@scheduling
Feature: Several schedulers
  A Pod names its scheduler. Each scheduler takes the Pods of its own profiles and leaves all others alone; that nobody takes
  a Pod is not told by any event.

  @claim:sched-08
  Scenario: A Pod waits for a scheduler that comes later as a static Pod
    Given a cluster with 1 control plane node and 2 worker nodes
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: special}
      spec: {schedulerName: my-scheduler, containers: [{name: c, image: "nginx:1.27"}]}
      """
    Then Pod "special" stays Pending for 10 minutes
    And Pod "special" has no event FailedScheduling
    When file "/etc/kubernetes/my-scheduler.yaml" on node "cp-1" is written:
      """yaml
      apiVersion: kubescheduler.config.k8s.io/v1
      kind: KubeSchedulerConfiguration
      clientConnection: {kubeconfig: /etc/kubernetes/scheduler.conf}
      leaderElection: {leaderElect: false}
      profiles: [{schedulerName: my-scheduler}, {schedulerName: no-scoring, plugins: {score: {disabled: [{name: "*"}]}}}]
      """
    And file "/etc/kubernetes/manifests/my-scheduler.yaml" on node "cp-1" is written:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: my-scheduler, namespace: kube-system}
      spec:
        hostNetwork: true
        containers:
          - name: my-scheduler
            image: registry.k8s.io/kube-scheduler:v1.36.2
            command: [kube-scheduler, --config=/etc/kubernetes/my-scheduler.yaml, --secure-port=10260]
            volumeMounts: [{name: etc, mountPath: /etc/kubernetes, readOnly: true}]
        volumes: [{name: etc, hostPath: {path: /etc/kubernetes, type: Directory}}]
      """
    Then Pod "special" is Running within 1 minute
    And Pod "special" has a Normal event Scheduled
    And field "spec.schedulerName" of Pod "special" is "my-scheduler"
    And Pod "kube-system/my-scheduler-cp-1" is Running
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: other}
      spec: {schedulerName: no-scoring, containers: [{name: c, image: "nginx:1.27"}]}
      """
    And a Pod "usual" of image "nginx:1.27"
    Then Pod "other" is Running within 1 minute
    And Pod "usual" is Running within 1 minute

  @claim:sched-08
  Scenario: A second scheduler runs as a Deployment, with a Lease and an account of its own
    Given a cluster with 1 control plane node and 2 worker nodes
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ServiceAccount
      metadata: {name: my-scheduler, namespace: kube-system}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRoleBinding
      metadata: {name: my-scheduler-as-kube-scheduler}
      subjects: [{kind: ServiceAccount, name: my-scheduler, namespace: kube-system}]
      roleRef: {kind: ClusterRole, name: "system:kube-scheduler", apiGroup: rbac.authorization.k8s.io}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRole
      metadata: {name: my-scheduler-lease}
      rules:
        - {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [create]}
        - {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [get, update], resourceNames: [my-scheduler]}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRoleBinding
      metadata: {name: my-scheduler-lease}
      subjects: [{kind: ServiceAccount, name: my-scheduler, namespace: kube-system}]
      roleRef: {kind: ClusterRole, name: my-scheduler-lease, apiGroup: rbac.authorization.k8s.io}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: my-scheduler-config, namespace: kube-system}
      data:
        my-scheduler-config.yaml: |
          apiVersion: kubescheduler.config.k8s.io/v1
          kind: KubeSchedulerConfiguration
          profiles: [{schedulerName: my-scheduler}]
          leaderElection: {leaderElect: true, resourceName: my-scheduler}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: my-scheduler, namespace: kube-system}
      spec:
        replicas: 1
        selector: {matchLabels: {component: scheduler}}
        template:
          metadata: {labels: {component: scheduler}}
          spec:
            serviceAccountName: my-scheduler
            containers:
              - name: kube-second-scheduler
                image: registry.k8s.io/kube-scheduler:v1.36.2
                command: [/usr/local/bin/kube-scheduler, --config=/etc/kubernetes/my-scheduler/my-scheduler-config.yaml]
                livenessProbe: {httpGet: {path: /healthz, port: 10259, scheme: HTTPS}, initialDelaySeconds: 15}
                readinessProbe: {httpGet: {path: /healthz, port: 10259, scheme: HTTPS}}
                volumeMounts: [{name: config-volume, mountPath: /etc/kubernetes/my-scheduler}]
            volumes: [{name: config-volume, configMap: {name: my-scheduler-config}}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: annotation-second-scheduler}
      spec: {schedulerName: my-scheduler, containers: [{name: c, image: "registry.k8s.io/pause:3.10"}]}
      """
    Then Deployment "kube-system/my-scheduler" is Available within 2 minutes
    And Pod "annotation-second-scheduler" is Running within 1 minute
    And Lease "kube-system/my-scheduler" exists
    And Lease "kube-system/kube-scheduler" exists
