@workloads
Feature: Jobs and CronJobs
  A Job runs Pods until enough of them have succeeded; a CronJob starts Jobs on schedule.

  @claim:cm-06
  Scenario: A Job runs to completion
    Given a cluster
    And container image "report:1" that behaves like this:
      | exits after | 5 seconds |
      | exits with  | 0         |
    And these manifests are applied:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: report}
      spec:
        completions: 3
        parallelism: 2
        template: {spec: {restartPolicy: Never, containers: [{name: report, image: "report:1"}]}}
      """
    Then Job "report" has condition Complete True within 1 minute
    And field "status.succeeded" of Job "report" is "3"
    And Job "report" has a Normal event Completed
    And at least 3 Pods of Job "report" are Succeeded

  @claim:cm-06
  Scenario: A Job that fails again and again waits longer each time, and gives up
    Given a cluster
    And container image "broken:1" that behaves like this:
      | exits after | 1 second |
      | exits with  | 1        |
    And these manifests are applied:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: broken}
      spec:
        backoffLimit: 2
        template: {spec: {restartPolicy: Never, containers: [{name: broken, image: "broken:1"}]}}
      """
    When 8 seconds pass
    Then exactly 1 Pod of Job "broken" is Failed
    And Job "broken" has condition Failed True within 2 minutes
    And Job "broken" has a Warning event BackoffLimitExceeded
    And that event's message contains "Job has reached the specified backoff limit"
    And exactly 3 Pods of Job "broken" are Failed

  @claim:cm-06 @time
  Scenario: A CronJob starts a Job at midnight
    Given the clock reads "2026-12-31T23:58:30Z"
    And a cluster
    And container image "backup:1" that behaves like this:
      | exits after | 2 seconds |
      | exits with  | 0         |
    And these manifests are applied:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: backup}
      spec:
        schedule: "0 0 * * *"
        jobTemplate:
          spec:
            template: {spec: {restartPolicy: Never, containers: [{name: backup, image: "backup:1"}]}}
      """
    When 2 minutes pass
    Then CronJob "backup" has a Normal event SuccessfulCreate
    And a Pod of CronJob "backup" is Succeeded within 1 minute
    And field "status.lastScheduleTime" of CronJob "backup" is "2027-01-01T00:00:00Z"
