@scheduling
Feature: Affinity, priority, and what stands by

  Background:
    Given a cluster with these nodes:
      | name | role          | labels                           | cpu |
      | cp   | control-plane |                                  | 4   |
      | a-1  | worker        | topology.kubernetes.io/zone=a    | 4   |
      | a-2  | worker        | topology.kubernetes.io/zone=a    | 4   |
      | b-1  | worker        | topology.kubernetes.io/zone=b    | 4   |

  @claim:sched-05
  Scenario: Required node affinity holds, preferred node affinity is a wish
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: required}
      spec:
        affinity:
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms:
                - matchExpressions: [{key: topology.kubernetes.io/zone, operator: In, values: [b]}]
        containers: [{name: c, image: "nginx:1.27"}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: impossible}
      spec:
        affinity:
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms:
                - matchExpressions: [{key: topology.kubernetes.io/zone, operator: In, values: [c]}]
        containers: [{name: c, image: "nginx:1.27"}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: wishful}
      spec:
        affinity:
          nodeAffinity:
            preferredDuringSchedulingIgnoredDuringExecution:
              - weight: 100
                preference:
                  matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [a-2]}]
        containers: [{name: c, image: "nginx:1.27"}]
      """
    Then Pod "required" is scheduled onto node "b-1" within 10 seconds
    And Pod "wishful" is scheduled onto node "a-2" within 10 seconds
    And Pod "impossible" cannot be scheduled because "3 node(s) didn't match Pod's node affinity/selector"

  @claim:sched-05
  Scenario: Pods that avoid each other take one node each, and one too many waits
    When these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: db}
      spec:
        replicas: 4
        selector: {matchLabels: {app: db}}
        template:
          metadata: {labels: {app: db}}
          spec:
            affinity:
              podAntiAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                  - {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: db}}}
            containers: [{name: c, image: "nginx:1.27"}]
      """
    Then exactly 3 Pods of Deployment "db" are Running within 30 seconds
    And the Pods of Deployment "db" run on 3 different nodes
    And exactly 1 Pod of Deployment "db" is Unschedulable
    And Deployment "db" has a Warning event FailedScheduling
    And that event's message contains "3 node(s) didn't match pod anti-affinity rules"

  @claim:sched-05
  Scenario: A Pod goes where its companion is
    Given a Pod "cache" of image "redis:7"
    When these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: near}
      spec:
        replicas: 3
        selector: {matchLabels: {app: near}}
        template:
          metadata: {labels: {app: near}}
          spec:
            affinity:
              podAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                  - {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: cache}}}
            containers: [{name: c, image: "nginx:1.27"}]
      """
    Then exactly 3 Pods of Deployment "near" are Running within 30 seconds
    And the Pods of Deployment "near" run on 1 different node

  @claim:sched-05
  Scenario: Pods spread evenly over zones
    When these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 6
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            topologySpreadConstraints:
              - maxSkew: 1
                topologyKey: topology.kubernetes.io/zone
                whenUnsatisfiable: DoNotSchedule
                labelSelector: {matchLabels: {app: web}}
            containers: [{name: c, image: "nginx:1.27"}]
      """
    Then exactly 6 Pods of Deployment "web" are Running within 30 seconds
    And the Pods of Deployment "web" run on 2 different zones
    And exactly 3 Pods of Deployment "web" on node "b-1" are Running

  @claim:sched-07
  Scenario: An important Pod takes the place of lesser ones
    When these manifests are applied:
      """yaml
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: {name: important}
      value: 1000
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: filler}
      spec:
        replicas: 3
        selector: {matchLabels: {app: filler}}
        template:
          metadata: {labels: {app: filler}}
          spec:
            containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: "3"}}}]
      """
    Then exactly 3 Pods of Deployment "filler" are Running within 30 seconds
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: vip}
      spec:
        priorityClassName: important
        containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: "3"}}}]
      """
    Then Deployment "filler" has a Normal event Preempted within 10 seconds
    And Pod "vip" is Running within 1 minute
    And exactly 2 Pods of Deployment "filler" are Running
    And exactly 1 Pod of Deployment "filler" stays Pending for 5 minutes

  @claim:sched-07
  Scenario: Who must not preempt waits
    When these manifests are applied:
      """yaml
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: {name: polite}
      value: 1000
      preemptionPolicy: Never
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: filler}
      spec:
        replicas: 3
        selector: {matchLabels: {app: filler}}
        template:
          metadata: {labels: {app: filler}}
          spec:
            containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: "3"}}}]
      """
    Then exactly 3 Pods of Deployment "filler" are Running within 30 seconds
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: guest}
      spec:
        priorityClassName: polite
        containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: "3"}}}]
      """
    Then Pod "guest" stays Pending for 5 minutes
    And exactly 3 Pods of Deployment "filler" are Running
    When Deployment "filler" is scaled to 2 replicas
    Then Pod "guest" is Running within 1 minute

  @claim:sched-05
  Scenario: Pods keep away from those of their own revision only, so that a rollout finds room
    When these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 3
        selector: {matchLabels: {app: web}}
        strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}
        template:
          metadata: {labels: {app: web}}
          spec:
            affinity:
              podAntiAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                  - topologyKey: kubernetes.io/hostname
                    labelSelector: {matchLabels: {app: web}}
                    matchLabelKeys: [pod-template-hash]
            containers: [{name: c, image: "nginx:1.27"}]
      """
    Then Deployment "web" is Available within 1 minute
    And the Pods of Deployment "web" run on 3 different nodes
    When kubectl "set image deployment/web c=nginx:1.28" is run
    Then Deployment "web" finishes its rollout within 2 minutes
    And the Pods of Deployment "web" run on 3 different nodes

  @claim:sched-05
  Scenario: Spreading that needs three zones waits for the third
    When these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 3
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            topologySpreadConstraints:
              - maxSkew: 1
                minDomains: 3
                topologyKey: topology.kubernetes.io/zone
                whenUnsatisfiable: DoNotSchedule
                labelSelector: {matchLabels: {app: web}}
            containers: [{name: c, image: "nginx:1.27"}]
      """
    Then exactly 2 Pods of Deployment "web" are Running within 1 minute
    And exactly 1 Pod of Deployment "web" is Unschedulable
    When Node "a-2" is patched with:
      """yaml
      metadata: {labels: {topology.kubernetes.io/zone: c}}
      """
    Then exactly 3 Pods of Deployment "web" are Running within 1 minute
