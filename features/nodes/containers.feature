@nodes
Feature: Containers on a node
  The kubelet pulls images, starts containers, restarts what crashes with growing pauses, and stops what is deleted.

  @claim:node-04
  Scenario: A crashing container is restarted with growing back-off
    Given a cluster
    And container image "shop:broken" that behaves like this:
      | exits with  | 1                      |
      | exits after | 1 second               |
      | logs        | cannot reach database  |
    And a Pod "shop" of image "shop:broken"
    Then Pod "shop" is CrashLoopBackOff within 2 minutes
    And Pod "shop" has a Warning event BackOff within 1 minute
    And that event's message contains "Back-off restarting failed container shop in pod shop_default"
    And the log of Pod "shop" contains "cannot reach database"
    When 10 minutes pass
    Then Pod "shop" matches:
      """yaml
      status: {containerStatuses: [{name: shop, restartCount: 6}]}
      """

  @claim:node-16
  Scenario: An image that no registry has
    Given a cluster
    And a Pod "typo" of image "nginx:1.99"
    Then Pod "typo" is ImagePullBackOff within 1 minute
    And Pod "typo" has a Warning event Failed
    And Pod "typo" went through these states in order:
      | ContainerCreating |
      | ErrImagePull      |
      | ImagePullBackOff  |

  @claim:node-03
  Scenario: A failing readiness probe takes a Pod out of its Service, a failing liveness probe restarts it
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 2
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
              - name: nginx
                image: "nginx:1.27"
                readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 5}
                livenessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 5}
      """
    And a Service "web" selecting "app=web" on port 80
    And Service "web" has 2 ready endpoints within 1 minute
    When the readiness probe of a Pod of Deployment "web" fails
    Then Service "web" has 1 ready endpoint within 20 seconds
    When the liveness probe of a Pod of Deployment "web" fails
    Then Deployment "web" has a Warning event Unhealthy within 30 seconds
    And Deployment "web" has a Normal event Killing within 30 seconds

  @claim:node-07
  Scenario: A deleted Pod gets its grace period
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: stubborn}
      spec:
        terminationGracePeriodSeconds: 20
        containers: [{name: c, image: busybox:1.37, command: [sleep, "3600"]}]
      """
    And Pod "stubborn" is Running
    When Pod "stubborn" is deleted
    Then Pod "stubborn" stays Terminating for 15 seconds
    And Pod "stubborn" is gone within 10 seconds

  @claim:node-02 @claim:flow-06
  Scenario: A Pod goes from Pending to Running, step by step
    Given a cluster
    And a Pod "nginx" of image "nginx:1.27"
    Then Pod "nginx" is Running
    And Pod "nginx" went through these states in order:
      | Pending           |
      | ContainerCreating |
      | Running           |
    And Pod "nginx" has a Normal event Scheduled
    And Pod "nginx" has a Normal event Pulled
    And Pod "nginx" has a Normal event Created
    And Pod "nginx" has a Normal event Started

  @claim:node-03
  Scenario: A gRPC probe asks for the service it names
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: health}
      spec:
        containers:
          - name: server
            image: registry.k8s.io/e2e-test-images/agnhost:2.53
            args: [grpc-health-checking, --service=orders, --delay-unhealthy-sec=60]
            readinessProbe: {grpc: {port: 5000, service: orders}, periodSeconds: 5}
            livenessProbe: {grpc: {port: 5000, service: invoices}, failureThreshold: 20}
      """
    And Pod "health" is Ready
    And Pod "health" has a Warning event Unhealthy within 1 minute
    And that event's message contains "Liveness probe failed: error: health rpc probe failed: rpc error: code = NotFound desc = unknown service"
    When 2 minutes pass
    Then Pod "health" matches:
      """yaml
      status: {containerStatuses: [{name: server, ready: false}]}
      """

  @claim:node-07
  Scenario: A failing postStart hook kills its container
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: hook}
      spec:
        containers:
          - name: c
            image: busybox:1.37
            command: [sh, -c, "trap 'exit 0' TERM; while true; do sleep 1; done"]
            lifecycle: {postStart: {exec: {command: [sh, -c, "exit 3"]}}}
      """
    Then Pod "hook" has a Warning event FailedPostStartHook within 1 minute
    And that event's message contains "PostStartHook failed"
    And Pod "hook" has a Normal event Killing
    And Pod "hook" is CrashLoopBackOff within 1 minute

  @claim:node-07
  Scenario: Whoever cannot wait shortens the grace period of a Pod that is ending
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: stubborn}
      spec:
        terminationGracePeriodSeconds: 300
        containers: [{name: c, image: busybox:1.37, command: [sleep, "3600"]}]
      """
    And Pod "stubborn" is Running
    When Pod "stubborn" is deleted
    Then Pod "stubborn" stays Terminating for 1 minute
    When kubectl "delete pod stubborn --grace-period=10 --wait=false" is run
    Then Pod "stubborn" is gone within 15 seconds

  @claim:node-07
  Scenario: A Pod that is deleted by force is killed on its node as well
    Given a cluster with 1 control plane node and 1 worker node
    And a Deployment "web" of image "nginx:1.27" with 1 replica
    And container image "stubborn:1" that behaves like this:
      | stops after | 5 minutes |
    And a Pod "stubborn" of image "stubborn:1"
    And Pod "stubborn" is Running
    When Pod "stubborn" is deleted
    And 5 seconds pass
    Then Pod "stubborn" is Terminating
    When kubectl "delete pod stubborn --grace-period=0 --force" is run
    Then the command's output contains "The resource may continue to run on the cluster indefinitely"
    And Pod "stubborn" is gone
    When 2 seconds pass
    Then no containers of Pod "stubborn" are running on the nodes
    When command "crictl stop --timeout 0 $(crictl ps -q --name web)" is run on node "worker-1"
    Then the Pods of Deployment "web" are Ready within 1 minute

  @claim:node-04
  Scenario: A command that the image has not got
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: typo}
      spec:
        containers: [{name: c, image: busybox:1.37, command: [sleeep, "3600"]}]
      """
    Then Pod "typo" matches within 20 seconds:
      """yaml
      status: {containerStatuses: [{name: c, lastState: {terminated: {exitCode: 128, reason: StartError}}}]}
      """
    And Pod "typo" has a Warning event Failed
    And that event's message contains "executable file not found in $PATH"
    And Pod "typo" is CrashLoopBackOff within 1 minute

  @claim:node-03
  Scenario: A container that fails its liveness probe is killed after its grace period, and started anew
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        terminationGracePeriodSeconds: 20
        containers:
          - name: c
            image: busybox:1.37
            command: [sh, -c, "touch /tmp/alive; trap '' TERM; sleep 3600"]
            livenessProbe: {exec: {command: [cat, /tmp/alive]}, periodSeconds: 5}
      """
    And Pod "web" is Running
    When kubectl "exec web -- rm /tmp/alive" is run
    Then Pod "web" has a Warning event Unhealthy within 10 seconds
    And Pod "web" has a Normal event Killing within 20 seconds
    And that event's message contains "Container c failed liveness probe, will be restarted"
    And Pod "web" matches within 1 minute:
      """yaml
      status: {containerStatuses: [{name: c, restartCount: 1, lastState: {terminated: {exitCode: 137}}}]}
      """

  @claim:node-03
  Scenario: Probes that want several successes, that take their time, and that cannot be made
    Given a cluster with 1 control plane node and 2 worker nodes
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: careful}
      spec:
        containers:
          - name: c
            image: "nginx:1.27"
            readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 10, successThreshold: 3}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: slow}
      spec:
        nodeSelector: {kubernetes.io/hostname: worker-1}
        containers:
          - name: c
            image: busybox:1.37
            command: [sleep, "3600"]
            readinessProbe: {exec: {command: [sh, -c, "sleep 4"]}, periodSeconds: 5, timeoutSeconds: 5}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: typo}
      spec:
        containers:
          - name: c
            image: "nginx:1.27"
            readinessProbe: {httpGet: {path: /, port: htpp}, periodSeconds: 10}
      """
    Then Pod "slow" is Running within 10 seconds
    And Pod "careful" is Running within 10 seconds
    And Pod "careful" has condition Ready False
    When node "worker-2" loses its network
    And node "worker-2" regains its network
    Then Pod "slow" is Ready within 10 seconds
    And Pod "careful" is Ready within 30 seconds
    And Pod "typo" has a Warning event Unhealthy within 20 seconds
    And that event's message contains "strconv.Atoi: parsing"
    And Pod "typo" has condition Ready False

  @claim:node-02
  Scenario: A Pod is resized in place, but not below the memory it uses
    Given a cluster
    And container image "shop:v2" that behaves like this:
      | uses memory | 200Mi |
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: shop}
      spec:
        containers:
          - name: shop
            image: shop:v2
            resources: {requests: {memory: 256Mi}, limits: {memory: 512Mi}}
      """
    And Pod "shop" is Running
    When Pod "shop" is resized with:
      """yaml
      spec: {containers: [{name: shop, resources: {limits: {memory: 1Gi}}}]}
      """
    Then Pod "shop" has a Normal event ResizeCompleted within 10 seconds
    And Pod "shop" matches:
      """yaml
      status: {containerStatuses: [{restartCount: 0, resources: {limits: {memory: 1Gi}}}], resources: {limits: {memory: 1Gi}}}
      """
    When Pod "shop" is resized with:
      """yaml
      spec: {containers: [{name: shop, resources: {requests: {memory: 64Mi}, limits: {memory: 128Mi}}}]}
      """
    Then Pod "shop" has a Warning event ResizeError within 10 seconds
    And that event's message contains "cannot decrease memory limits"
    And Pod "shop" has condition PodResizeInProgress True because of Error within 30 seconds

  @claim:node-02
  Scenario: Containers see the processes of their own, of their Pod, or of the machine
    Given a cluster with 1 control plane node and 1 worker node
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: shared}
      spec:
        shareProcessNamespace: true
        containers:
          - {name: web, image: "nginx:1.27"}
          - {name: tools, image: busybox:1.37, command: [sleep, "3600"]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: machine}
      spec:
        hostPID: true
        containers: [{name: tools, image: busybox:1.37, command: [sleep, "7200"]}]
      """
    And Pod "shared" is Running
    And Pod "machine" is Running
    When kubectl "exec shared -c web -- cat /etc/hostname" is run
    Then the command's output contains "shared"
    When kubectl "exec shared -c tools -- ps" is run
    Then the command's output contains "1 root      0:00 /pause"
    And the command's output contains "nginx: master process nginx -g daemon off;"
    And the command's output contains "sleep 3600"
    When kubectl "exec machine -- ps" is run
    Then the command's output contains "1 root      0:00 /sbin/init"
    And the command's output contains "/usr/bin/kubelet"
    And the command's output contains "nginx: worker process"
