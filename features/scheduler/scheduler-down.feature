@scheduling @fault
Feature: Without a scheduler
  The scheduler only writes a node's name into a Pod. While it is down nothing that runs is touched; new Pods wait,
  and nobody says why.

  @claim:sched-09 @claim:sched-01
  Scenario: New Pods stay Pending without any event, running Pods are untouched
    Given a cluster with 1 control plane node and 2 worker nodes
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    And Deployment "web" is Available
    When the scheduler stops
    And Deployment "web" is scaled to 3 replicas
    Then exactly 1 Pod of Deployment "web" is Pending
    And exactly 1 Pod of Deployment "web" stays Pending for 10 minutes
    And at least 2 Pods of Deployment "web" are Running
    And Deployment "web" has no event FailedScheduling
    When the scheduler starts
    Then exactly 3 Pods of Deployment "web" are Running within 30 seconds
