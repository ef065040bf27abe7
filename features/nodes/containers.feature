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
