@nodes @fault @time
Feature: Machines and their units
  The kubelet and containerd are systemd units of a machine. systemd restarts what dies, as their unit files say; what it
  is told to stop stays stopped; a machine that reboots starts what is enabled.

  Background:
    Given a cluster

  Scenario: A kubelet whose configuration is broken is started again and again
    Given in file "/var/lib/kubelet/config.yaml" on node "worker-1" "kind: KubeletConfiguration" is replaced by "kind: Nonsense"
    When command "systemctl restart kubelet" is run on node "worker-1"
    Then unit "kubelet.service" on node "worker-1" is activating within 10 seconds
    And Node "worker-1" becomes NotReady after the node monitor grace period
    When in file "/var/lib/kubelet/config.yaml" on node "worker-1" "kind: Nonsense" is replaced by "kind: KubeletConfiguration"
    Then unit "kubelet.service" on node "worker-1" is active within 15 seconds
    And Node "worker-1" is Ready within 20 seconds

  Scenario: A unit that waits for its next start can be stopped, and started at once
    Given in file "/var/lib/kubelet/config.yaml" on node "worker-1" "kind: KubeletConfiguration" is replaced by "kind: Nonsense"
    And command "systemctl restart kubelet" is run on node "worker-1"
    And unit "kubelet.service" on node "worker-1" is activating within 10 seconds
    When command "systemctl stop kubelet" is run on node "worker-1"
    Then unit "kubelet.service" on node "worker-1" is inactive
    When command "systemctl start kubelet" is run on node "worker-1"
    Then unit "kubelet.service" on node "worker-1" is activating within 10 seconds
    When in file "/var/lib/kubelet/config.yaml" on node "worker-1" "kind: Nonsense" is replaced by "kind: KubeletConfiguration"
    And command "systemctl restart kubelet" is run on node "worker-1"
    Then unit "kubelet.service" on node "worker-1" is active

  Scenario: A kubelet that crashes is back by itself
    When the kubelet on "worker-1" crashes
    Then unit "kubelet.service" on node "worker-1" is activating within 5 seconds
    And unit "kubelet.service" on node "worker-1" is active within 15 seconds
    And Node "worker-1" stays Ready for 2 minutes

  Scenario: A unit that was changed is restarted as its new file says
    Given file "/etc/systemd/system/kubelet.service.d/20-slow.conf" on node "worker-1" is written:
      """
      [Service]
      RestartSec=30
      """
    And command "systemctl daemon-reload" is run on node "worker-1"
    When the kubelet on "worker-1" crashes
    And 20 seconds pass
    Then unit "kubelet.service" on node "worker-1" is activating
    And unit "kubelet.service" on node "worker-1" is active within 15 seconds

  Scenario: A machine reboots and starts what is enabled
    Given command "systemctl disable kubelet" is run on node "worker-2"
    When node "worker-1" reboots
    And node "worker-2" reboots
    Then unit "kubelet.service" on node "worker-1" is active within 2 minutes
    And Node "worker-1" is Ready within 1 minute
    And unit "kubelet.service" on node "worker-2" is inactive
    And Node "worker-2" is NotReady within 2 minutes

  Scenario: A kubelet that nobody restarts has failed until somebody starts it
    Given file "/etc/systemd/system/kubelet.service.d/20-once.conf" on node "worker-1" is written:
      """
      [Service]
      Restart=no
      """
    And command "systemctl daemon-reload" is run on node "worker-1"
    When the kubelet on "worker-1" crashes
    Then unit "kubelet.service" on node "worker-1" is failed
    When command "systemctl start kubelet" is run on node "worker-1"
    Then unit "kubelet.service" on node "worker-1" is active
    When the kubelet on "worker-1" crashes
    And command "systemctl reset-failed kubelet" is run on node "worker-1"
    Then unit "kubelet.service" on node "worker-1" is inactive
    When command "systemctl start kubelet" is run on node "worker-1"
    And command "systemctl kill kubelet" is run on node "worker-1"
    Then unit "kubelet.service" on node "worker-1" is inactive
    And Node "worker-1" becomes NotReady after the node monitor grace period

  Scenario: A unit that waits for its next start is started by hand
    When the kubelet on "worker-1" crashes
    Then unit "kubelet.service" on node "worker-1" is activating
    When command "systemctl start kubelet" is run on node "worker-1"
    Then unit "kubelet.service" on node "worker-1" is active

  Scenario: Power fails while a machine boots
    When node "worker-1" reboots
    And 5 seconds pass
    And node "worker-1" loses power
    Then Node "worker-1" is NotReady within 1 minute
    When node "worker-1" is powered on
    Then Node "worker-1" is Ready within 1 minute
