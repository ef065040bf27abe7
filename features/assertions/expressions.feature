Feature: What no other step says, in CEL
  Scenario: Expressions over objects and Pods
    Given a cluster with 1 control plane node and 1 worker node
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    Then Deployment "web" satisfies 'object.status.readyReplicas == object.spec.replicas && object.metadata.name.matches("^w")'
    And every Pod of Deployment "web" satisfies 'object.spec.containers.all(c, c.image.startsWith("nginx:"))'
    And no Pods of Deployment "web" satisfy 'object.status.phase == "Failed"'
    And these objects satisfy:
      | object           | expression                                                 |
      | Deployment "web" | object.spec.replicas >= 2                                  |
      | Node "worker-1"  | quantity(object.status.capacity.memory).isGreaterThan(quantity("1Gi")) |
