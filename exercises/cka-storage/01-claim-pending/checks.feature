Feature: Checks

  @criterion:bound
  Scenario: The claim has its volume and the archive runs, and still does half an hour later
    Then exactly 1 Pod of Deployment "records/archive" is Ready within 2 minutes
    And PersistentVolumeClaim "records/archive-data" matches:
      """yaml
      spec: {volumeName: disk-archive}
      status: {phase: Bound}
      """
    And Deployment "records/archive" matches:
      """yaml
      spec: {replicas: 1, template: {spec: {volumes: [{name: data, persistentVolumeClaim: {claimName: archive-data}}]}}}
      """
    When 30 minutes pass
    Then exactly 1 Pod of Deployment "records/archive" is Ready
    And PersistentVolumeClaim "records/archive-data" is Bound

  @criterion:data
  Scenario: What the archive's next Pod writes lands on the disk
    Given exactly 1 Pod of Deployment "records/archive" is Ready within 2 minutes
    When command "rm -f /srv/archive/starts" is run on node "worker-2"
    And the Pods of Deployment "records/archive" are deleted
    And 1 minute passes
    Then file "/srv/archive/starts" on node "worker-2" contains "started"

  @criterion:volume
  Scenario: The administrator's volumes are what they were
    Then PersistentVolume "disk-archive" was not recreated since "the beginning"
    And field "spec.accessModes" of PersistentVolume "disk-archive" did not change since "the beginning"
    And field "spec.capacity" of PersistentVolume "disk-archive" did not change since "the beginning"
    And field "spec.persistentVolumeReclaimPolicy" of PersistentVolume "disk-archive" did not change since "the beginning"
    And PersistentVolume "disk-scratch" was not recreated since "the beginning"
    And field "spec" of PersistentVolume "disk-scratch" did not change since "the beginning"
