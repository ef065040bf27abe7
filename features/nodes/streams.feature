@nodes @kubectl
Feature: Looking into containers
  exec, attach and port-forward go through the API server to the kubelet of the pod's node.

  @claim:node-12
  Scenario: A command runs in a container
    Given a cluster
    When kubectl "run box --image=busybox -- sleep 1h" is run
    And kubectl "wait pod/box --for=condition=Ready --timeout=60s" is run
    And kubectl "exec box -- cat /etc/hostname" is run
    Then the command's output contains "box"
    When kubectl "exec box -- nslookup kubernetes.default" is run
    Then the command's output contains "10.96.0.1"
    When kubectl "exec box -- cat /none" is run
    Then the command fails
    And the command's output contains "can't open '/none': No such file or directory"
    When kubectl "exec box -- nope" is run
    Then the command's output contains 'exec: "nope": executable file not found in $PATH'

  @claim:node-12 @fault
  Scenario: Without its kubelet a node streams nothing
    Given a cluster
    When the kubelet on "cp-1" stops
    And kubectl "exec -n kube-system etcd-cp-1 -- ls" is run
    Then the command fails
    And the command's output contains "connect: connection refused"

  @claim:node-12
  Scenario: A running pod is debugged with tools its image has not
    Given a cluster
    When kubectl "run web --image=nginx:1.27" is run
    And kubectl "wait pod/web --for=condition=Ready --timeout=60s" is run
    And kubectl "exec web -- wget -qO- localhost" is run
    Then the command fails
    When kubectl "debug web --image=busybox --target=web -c tools -- sleep 1h" is run
    Then the command succeeds
    When 10 seconds pass
    And kubectl "exec web -c tools -- wget -qO- localhost" is run
    Then the command's output contains "Welcome to nginx!"
    When kubectl "exec web -c tools -- ps" is run
    Then the command's output contains "nginx"
