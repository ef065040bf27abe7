Feature: Checks

  @criterion:writes
  Scenario: The collector runs and writes, and still does half an hour later
    Then exactly 1 Pod of Deployment "metrics/collector" is Ready within 6 minutes
    And Deployment "metrics/collector" is Complete within 1 minute
    And the log of Deployment "metrics/collector" contains "collecting"
    When 30 minutes pass
    Then exactly 1 Pod of Deployment "metrics/collector" is Ready

  @criterion:user
  Scenario: Whoever looks from inside is user 1000
    Given exactly 1 Pod of Deployment "metrics/collector" is Ready within 6 minutes
    When command "crictl exec $(crictl ps --name box -q | head -1) id -u" is run on node "worker-1"
    Then the command succeeds
    And the command's output contains "1000"

  @criterion:volume
  Scenario: The samples are on the disk, and strangers cannot write there
    Given exactly 1 Pod of Deployment "metrics/collector" is Ready within 6 minutes
    Then PersistentVolumeClaim "metrics/samples" was not recreated since "the beginning"
    And file "/srv/samples/samples.log" on node "worker-1" contains "begin"
    When command 'ls -ld /srv/samples | grep -q "^d.......[^w]"' is run on node "worker-1"
    Then the command succeeds
