Feature: Set-up

  Scenario: A kubelet that was stopped and disabled
    Given a Deployment "frontend" of image "nginx:1.27" with 4 replicas
    And Deployment "frontend" is Complete
    When command "systemctl disable --now kubelet" is run on node "worker-1"
    And 3 minutes pass
    Then Node "worker-1" is NotReady
    And this moment is remembered as "the beginning"
