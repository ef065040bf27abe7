Feature: Checks

  @criterion:bound
  Scenario: The claim has the volume and the Deployment runs, and still does half an hour later
    Then exactly 1 Pod of Deployment "shop/orders" is Ready within 2 minutes
    And PersistentVolumeClaim "shop/orders-data" matches:
      """yaml
      spec: {volumeName: disk-orders}
      status: {phase: Bound}
      """
    And Deployment "shop/orders" matches:
      """yaml
      spec: {template: {spec: {volumes: [{name: data, persistentVolumeClaim: {claimName: orders-data}}]}}}
      """
    When 30 minutes pass
    Then exactly 1 Pod of Deployment "shop/orders" is Ready
    And PersistentVolume "disk-orders" is Bound

  @criterion:data
  Scenario: The orders are read
    Then file "/srv/orders/orders.csv" on node "worker-1" contains "1002,open"
    And exactly 1 Pod of Deployment "shop/orders" is Ready within 2 minutes
    And the log of Deployment "shop/orders" contains "1001,paid"

  @criterion:kept
  Scenario: The volume was neither recreated nor changed
    Then PersistentVolume "disk-orders" was not recreated since "the beginning"
    And field "spec.persistentVolumeReclaimPolicy" of PersistentVolume "disk-orders" did not change since "the beginning"
