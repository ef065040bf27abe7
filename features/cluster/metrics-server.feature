@cluster @kubectl
Feature: metrics-server
  An add-on that asks every kubelet for what nodes and containers take, and serves it as an aggregated API.

  @claim:net-11
  Scenario: kubectl top needs metrics-server
    Given a cluster
    When kubectl "top nodes" is run
    Then the command fails
    And the command's output contains "Metrics API not available"
    When kubectl "apply -f fixtures/manifests/metrics-server.yaml" is run
    Then the command succeeds
    When kubectl "get apiservice v1beta1.metrics.k8s.io" is run
    Then the command's output contains "False ("
    When 90 seconds pass
    And kubectl "get apiservice v1beta1.metrics.k8s.io" is run
    Then the command's output contains "True"
    When kubectl "top nodes" is run
    Then the command's output contains "worker-1"
    When kubectl "top pods -n kube-system --containers" is run
    Then the command's output contains "kube-apiserver"
    And the command's output contains "290Mi"

  @claim:net-13
  Scenario: Components tell their metrics in Prometheus' format
    Given a cluster
    When kubectl "get --raw /metrics" is run
    Then the command's output contains "# TYPE apiserver_request_total counter"
    And the command's output contains these in order:
      | apiserver_request_total{ |
      | verb="                   |
    When kubectl "get --raw /api/v1/nodes/worker-1/proxy/metrics/resource" is run
    Then the command's output contains "# TYPE node_memory_working_set_bytes gauge"
    And the command's output contains "container_memory_working_set_bytes{"
