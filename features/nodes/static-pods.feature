@nodes @control-plane
Feature: Static Pods
  The kubelet runs what lies in its manifest directory, with or without an API server; the control plane itself runs
  this way.

  @claim:node-05 @claim:node-06
  Scenario: The control plane runs as static Pods with mirror Pods in the API
    Given a cluster
    Then Pod "kube-system/kube-apiserver-cp-1" is Running
    And Pod "kube-system/etcd-cp-1" is Running
    And Pod "kube-system/kube-scheduler-cp-1" matches:
      """yaml
      metadata: {annotations: {kubernetes.io/config.source: file}, ownerReferences: [{kind: Node, name: cp-1}]}
      """

  Scenario: A file in the manifest directory becomes a Pod, and goes with it
    Given a cluster
    When file "/etc/kubernetes/manifests/web.yaml" on node "worker-1" is written:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec: {containers: [{name: c, image: "nginx:1.27"}]}
      """
    Then Pod "web-worker-1" is Running within 1 minute
    When file "/etc/kubernetes/manifests/web.yaml" on node "worker-1" is removed
    Then Pod "web-worker-1" is gone within 1 minute
