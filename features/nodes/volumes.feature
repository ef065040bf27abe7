@nodes
Feature: Volumes and logs

  @claim:node-08
  Scenario: ConfigMaps, Secrets, and what the Pod is called, as files
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings}
      data: {colour: blue}
      ---
      apiVersion: v1
      kind: Secret
      metadata: {name: login}
      stringData: {password: sesame}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: reader, labels: {tier: back}}
      spec:
        volumes:
          - {name: settings, configMap: {name: settings}}
          - {name: login, secret: {secretName: login}}
          - name: me
            downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}
          - {name: scratch, emptyDir: {}}
          - name: all
            projected:
              sources:
                - {configMap: {name: settings, items: [{key: colour, path: paint}]}}
        containers:
          - name: c
            image: busybox:1.37
            command: [sh, -c, "cat /settings/colour; echo; cat /login/password; echo; cat /me/labels; echo; cat /all/paint; echo; echo kept > /scratch/x; cat /scratch/x; sleep 3600"]
            volumeMounts:
              - {name: settings, mountPath: /settings}
              - {name: login, mountPath: /login}
              - {name: me, mountPath: /me}
              - {name: scratch, mountPath: /scratch}
              - {name: all, mountPath: /all}
      """
    Then Pod "reader" is Running within 30 seconds
    And the log of Pod "reader" contains "blue"
    And the log of Pod "reader" contains "sesame"
    And the log of Pod "reader" contains 'tier="back"'
    And the log of Pod "reader" contains "kept"

  @claim:node-08
  Scenario: A Pod waits for a ConfigMap that is not there
    Given a cluster
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: waiting}
      spec:
        volumes: [{name: settings, configMap: {name: settings}}]
        containers: [{name: c, image: "nginx:1.27", volumeMounts: [{name: settings, mountPath: /settings}]}]
      """
    Then Pod "waiting" has a Warning event FailedMount within 10 seconds
    And that event's message contains 'configmap "settings" not found'
    And Pod "waiting" stays ContainerCreating for 3 minutes
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings}
      data: {colour: blue}
      """
    Then Pod "waiting" is Running within 2 minutes

  @claim:node-08
  Scenario: What is written to a hostPath stays on the node
    Given a cluster
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: writer}
      spec:
        nodeName: worker-1
        restartPolicy: Never
        volumes: [{name: data, hostPath: {path: /var/data, type: DirectoryOrCreate}}]
        containers:
          - {name: c, image: busybox:1.37, command: [sh, -c, "echo here > /data/x"], volumeMounts: [{name: data, mountPath: /data}]}
      """
    Then Pod "writer" is Succeeded within 30 seconds
    And file "/var/data/x" on node "worker-1" contains "here"

  @claim:node-10
  Scenario: Who takes more memory than its limit is killed
    Given a cluster
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: hungry}
      spec:
        restartPolicy: Never
        containers:
          - name: c
            image: polinux/stress
            command: [stress]
            args: ["--vm", "1", "--vm-bytes", "150M", "--vm-hang", "1"]
            resources: {limits: {memory: 100Mi}}
      """
    Then Pod "hungry" is OOMKilled within 1 minute
    And Pod "hungry" matches:
      """yaml
      status: {phase: Failed, containerStatuses: [{name: c, state: {terminated: {reason: OOMKilled, exitCode: 137}}}]}
      """

  Scenario: Logs come from the node's kubelet
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: talker}
      spec:
        nodeName: worker-1
        containers: [{name: c, image: busybox:1.37, command: [sh, -c, "echo hello from here; sleep 3600"]}]
      """
    And Pod "talker" is Running
    When kubectl "logs talker" is run
    Then the command succeeds
    And the command's output contains "hello from here"
    When the kubelet on "worker-1" stops
    And kubectl "logs talker" is run
    Then the command fails
    And the command's output contains "connect: connection refused"

  @claim:node-08
  Scenario: A changed ConfigMap reaches a running Pod with its next sync, but not in part and not as a variable
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings}
      data: {colour: blue}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: reader}
      spec:
        volumes: [{name: settings, configMap: {name: settings}}]
        containers:
          - name: c
            image: busybox:1.37
            command: [sleep, "3600"]
            env: [{name: COLOUR, valueFrom: {configMapKeyRef: {name: settings, key: colour}}}]
            volumeMounts:
              - {name: settings, mountPath: /settings}
              - {name: settings, mountPath: /colour, subPath: colour}
      """
    And Pod "reader" is Running
    When 3 minutes pass
    And kubectl "patch configmap settings --type merge -p '{\"data\":{\"colour\":\"red\"}}'" is run
    And kubectl "exec reader -- cat /settings/colour" is run
    Then the command's output contains "blue"
    When kubectl "exec reader -- ls -l /settings" is run
    Then the command's output contains "colour -> ..data/colour"
    When 90 seconds pass
    And kubectl "exec reader -- cat /settings/colour" is run
    Then the command's output contains "red"
    When kubectl "exec reader -- sh -c 'cat /colour; echo; echo $COLOUR'" is run
    Then the command's output contains "blue"

  @claim:node-08
  Scenario: An image as a volume
    Given a cluster
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: site}
      spec:
        volumes:
          - {name: pages, image: {reference: "nginx:1.27"}}
        containers:
          - name: c
            image: busybox:1.37
            command: [sleep, "3600"]
            volumeMounts: [{name: pages, mountPath: /pages, subPath: usr/share/nginx/html}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: typo}
      spec:
        volumes: [{name: pages, image: {reference: "pages:v9"}}]
        containers: [{name: c, image: "busybox:1.37", volumeMounts: [{name: pages, mountPath: /pages}]}]
      """
    Then Pod "site" is Running within 1 minute
    And Pod "typo" is ImagePullBackOff within 1 minute
    When kubectl "exec site -- cat /pages/index.html" is run
    Then the command's output contains "Welcome to nginx!"
    When kubectl "exec site -- touch /pages/x" is run
    Then the command fails
    And the command's output contains "Read-only file system"

  @claim:node-10
  Scenario: Files in memory have a size, and are memory of who writes them
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: cache}
      spec:
        volumes: [{name: cache, emptyDir: {medium: Memory, sizeLimit: 1Mi}}]
        containers:
          - {name: c, image: busybox:1.37, command: [sleep, "3600"], volumeMounts: [{name: cache, mountPath: /cache}]}
      """
    And Pod "cache" is Running
    When kubectl "exec cache -- sh -c 'mount; df'" is run
    Then the command's output contains "tmpfs on /cache type tmpfs (rw,relatime,size=1024k)"
    When kubectl "exec cache -- sh -c 'seq 1 300000 > /cache/x'" is run
    Then the command fails
    And the command's output contains "No space left on device"
