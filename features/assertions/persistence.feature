@fault
Feature: What is so, and stays so
  A repair that a reboot undoes is none. These steps disturb the cluster and look again.

  Background:
    Given a cluster with 1 control plane node and 2 worker nodes
    And a Deployment "web" of image "nginx:1.27" with 3 replicas
    And a Service "web" selecting "app=web" on port 80
    And a Pod "client" of image "curl:8"

  Scenario: A Deployment survives reboots, drains and time
    Then Deployment "web" is still Complete after node "worker-1" reboots
    And exactly 3 Pods of Deployment "web" are still Ready after its Pods are rescheduled
    And field "spec.replicas" of Deployment "web" is still "3" after 30 minutes
    And Deployment "web" still matches after node "worker-1" is drained:
      """yaml
      spec: {replicas: 3}
      status: {readyReplicas: 3}
      """

  Scenario: A Service answers after a reboot
    Then a request from Pod "client" to "http://web/" still returns status 200 after node "worker-2" reboots
