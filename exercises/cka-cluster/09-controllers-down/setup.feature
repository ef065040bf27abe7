Feature: Set-up

  Scenario: A controller manager that mounts another directory than it reads
    Given namespace "help"
    And a Deployment "help/desk" of image "nginx:1.27" with 2 replicas
    When in file "/etc/kubernetes/manifests/kube-controller-manager.yaml" on node "cp-1" "        path: /etc/kubernetes/pki" is replaced by "        path: /etc/kubernetes/pki-old"
    And 2 minutes pass
    And Deployment "help/desk" is scaled to 4 replicas
    And 1 hour passes
    Then exactly 2 Pods of Deployment "help/desk" are Ready
    And this moment is remembered as "the beginning"
