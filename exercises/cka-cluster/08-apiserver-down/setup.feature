Feature: Set-up

  Scenario: An API server that looks for etcd at the wrong port
    Given a Deployment "site" of image "nginx:1.27" with 2 replicas
    When in file "/etc/kubernetes/manifests/kube-apiserver.yaml" on node "cp-1" "--etcd-servers=https://127.0.0.1:2379" is replaced by "--etcd-servers=https://127.0.0.1:2380"
    And 10 minutes pass
    And this moment is remembered as "the beginning"
