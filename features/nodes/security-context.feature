@nodes
Feature: Who a container runs as, and what it may do

  @claim:node-08
  Scenario: Files belong to users and groups, and modes keep others out
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Secret
      metadata: {name: login}
      stringData: {password: sesame}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: guest}
      spec:
        securityContext: {runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000}
        volumes:
          - {name: scratch, emptyDir: {}}
          - {name: login, secret: {secretName: login, defaultMode: 0400}}
        containers:
          - name: c
            image: busybox:1.37
            command: [sh, -c, "sleep 3600"]
            volumeMounts: [{name: scratch, mountPath: /scratch}, {name: login, mountPath: /login}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: stranger}
      spec:
        securityContext: {runAsUser: 1000}
        volumes: [{name: login, secret: {secretName: login, defaultMode: 0400}}]
        containers:
          - {name: c, image: busybox:1.37, command: [sh, -c, "sleep 3600"], volumeMounts: [{name: login, mountPath: /login}]}
      """
    And Pod "guest" is Running within 30 seconds
    And Pod "stranger" is Running within 30 seconds
    When kubectl "exec guest -- id" is run
    Then the command's output contains "uid=1000 gid=3000 groups=3000,2000"
    When kubectl "exec guest -- sh -c 'touch /scratch/x && ls -l /scratch && ls -ld /scratch'" is run
    Then the command's output contains "-rw-r--r-- 1 1000 2000"
    And the command's output contains "drwxrwsrwx 1 root 2000"
    When kubectl "exec guest -- cat /login/password" is run
    Then the command's output contains "sesame"
    When kubectl "exec stranger -- cat /login/password" is run
    Then the command fails
    And the command's output contains "Permission denied"
    When kubectl "exec guest -- touch /etc/x" is run
    Then the command fails
    And the command's output contains "Permission denied"
    When kubectl "exec guest -- sh -c 'echo here > /etc/x'" is run
    Then the command fails
    And the command's output contains "Permission denied"
    When kubectl "exec guest -- sh -c 'touch /tmp/mine && ls -ld /tmp'" is run
    Then the command's output contains "drwxrwxrwt"

  @claim:node-02
  Scenario: nginx needs what a user without rights does not have
    Given a cluster
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: as-user}
      spec:
        securityContext: {runAsUser: 1000}
        containers: [{name: c, image: "nginx:1.27"}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: drops-all}
      spec:
        containers: [{name: c, image: "nginx:1.27", securityContext: {capabilities: {drop: [ALL]}}}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: read-only}
      spec:
        containers: [{name: c, image: "nginx:1.27", securityContext: {readOnlyRootFilesystem: true}}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: of-the-host}
      spec:
        hostNetwork: true
        securityContext: {runAsUser: 101, fsGroup: 101}
        volumes: [{name: cache, emptyDir: {}}]
        containers: [{name: c, image: "nginx:1.27", volumeMounts: [{name: cache, mountPath: /var/cache/nginx}]}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: unprivileged}
      spec:
        securityContext: {runAsNonRoot: true}
        containers: [{name: c, image: "nginxinc/nginx-unprivileged:1.27", securityContext: {capabilities: {drop: [ALL]}}}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: refused}
      spec:
        securityContext: {runAsNonRoot: true}
        containers: [{name: c, image: "nginx:1.27"}]
      """
    Then Pod "unprivileged" is Running within 1 minute
    And Pod "as-user" is CrashLoopBackOff within 2 minutes
    And the log of Pod "as-user" contains 'mkdir() "/var/cache/nginx/client_temp" failed (13: Permission denied)'
    And the log of Pod "drops-all" contains 'chown("/var/cache/nginx/client_temp", 101) failed (1: Operation not permitted)'
    And the log of Pod "read-only" contains 'mkdir() "/var/cache/nginx/client_temp" failed (30: Read-only file system)'
    And the log of Pod "of-the-host" contains "bind() to 0.0.0.0:80 failed (13: Permission denied)"
    And Pod "refused" is CreateContainerConfigError within 1 minute
    And Pod "refused" has a Warning event Failed
    And that event's message contains "container has runAsNonRoot and image will run as root"

  @claim:node-02
  Scenario: Capabilities
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: usual}
      spec: {containers: [{name: c, image: "busybox:1.37", command: [sleep, "3600"]}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: bare}
      spec:
        containers:
          - name: c
            image: busybox:1.37
            command: [sleep, "3600"]
            securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
      """
    And Pod "usual" is Running
    And Pod "bare" is Running
    When kubectl "exec usual -- grep CapEff /proc/1/status" is run
    Then the command's output contains "00000000a80425fb"
    When kubectl "exec usual -- sh -c 'touch /x; chown 1000:1000 /x; ls -l /x'" is run
    Then the command's output contains "1000 1000"
    When kubectl "exec usual -- date -s 2030-01-01" is run
    Then the command fails
    And the command's output contains "Operation not permitted"
    When kubectl "exec bare -- sh -c 'touch /x; chown 1000:1000 /x'" is run
    Then the command fails
    And the command's output contains "Operation not permitted"
    When kubectl "exec bare -- cat /proc/1/status" is run
    Then the command's output contains "NoNewPrivs:	1"
    And the command's output contains "CapEff:	0000000000000000"
