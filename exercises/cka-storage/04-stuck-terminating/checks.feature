Feature: Checks

  @criterion:gone
  Scenario: The claim is gone, and a new Pod of the viewer starts without it
    Then PersistentVolumeClaim "photos/scratch" is gone within 1 minute
    When Deployment "photos/viewer" is scaled to 2 replicas
    And 2 minutes pass
    Then no Pods of Deployment "photos/viewer" are Pending
    When 30 minutes pass
    Then no Pods of Deployment "photos/viewer" are Pending
    And PersistentVolumeClaim "photos/scratch" is gone

  @criterion:viewer
  Scenario: The viewer runs
    Then Deployment "photos/viewer" was not recreated since "the beginning"
    And field "spec.replicas" of Deployment "photos/viewer" is "1"
    And exactly 1 Pod of Deployment "photos/viewer" is Ready within 2 minutes

  @criterion:others
  Scenario: The gallery runs on its claim as before
    Then Deployment "photos/gallery" was not recreated since "the beginning"
    And field "spec" of Deployment "photos/gallery" did not change since "the beginning"
    And PersistentVolumeClaim "photos/gallery" was not recreated since "the beginning"
    And PersistentVolumeClaim "photos/gallery" is Bound
    And exactly 1 Pod of Deployment "photos/gallery" was Ready at all times since "the beginning"
