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

  @claim:cm-06
  Scenario: A policy says which failures end a Job at once
    Given a cluster
    And container image "wrong:1" that behaves like this:
      | exits after | 1 second |
      | exits with  | 42       |
    And these manifests are applied:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: wrong}
      spec:
        podFailurePolicy:
          rules: [{action: FailJob, onExitCodes: {containerName: main, operator: In, values: [42]}}]
        template: {spec: {restartPolicy: Never, containers: [{name: main, image: "wrong:1"}]}}
      """
    Then Job "wrong" has condition Failed True because of PodFailurePolicy within 30 seconds
    And Job "wrong" has a Warning event PodFailurePolicy
    And exactly 1 Pod of Job "wrong" is Failed

  @claim:cm-06
  Scenario: Indexes fail for themselves, and enough successes end an indexed Job
    Given a cluster
    And container image "short:1" that behaves like this:
      | exits after | 2 seconds |
      | exits with  | 0         |
    And container image "broken:1" that behaves like this:
      | exits after | 1 second |
      | exits with  | 1        |
    And these manifests are applied:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: broken}
      spec:
        completions: 2
        parallelism: 2
        completionMode: Indexed
        backoffLimitPerIndex: 0
        template: {spec: {restartPolicy: Never, containers: [{name: main, image: "broken:1"}]}}
      ---
      apiVersion: batch/v1
      kind: Job
      metadata: {name: enough}
      spec:
        completions: 4
        parallelism: 1
        completionMode: Indexed
        successPolicy: {rules: [{succeededCount: 2}]}
        template: {spec: {restartPolicy: Never, containers: [{name: main, image: "short:1"}]}}
      """
    Then Job "broken" has condition Failed True because of FailedIndexes within 1 minute
    And field "status.failedIndexes" of Job "broken" is "0,1"
    And Job "enough" has condition Complete True because of SuccessPolicy within 1 minute
    And field "status.completedIndexes" of Job "enough" is "0,1"

  @claim:cm-06
  Scenario: A suspended Job has no Pods; resumed and over, it is cleaned up after its time
    Given a cluster
    And container image "short:1" that behaves like this:
      | exits after | 5 seconds |
      | exits with  | 0         |
    And these manifests are applied:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: later}
      spec:
        suspend: true
        ttlSecondsAfterFinished: 60
        template: {spec: {restartPolicy: Never, containers: [{name: main, image: "short:1"}]}}
      """
    When 1 minute passes
    Then Job "later" has condition Suspended True because of JobSuspended
    And Job "later" has a Normal event Suspended
    And no Pods of Job "later" are Running
    When field "spec.suspend" of Job "later" is set to "false"
    Then Job "later" has condition Complete True within 30 seconds
    And Job "later" has a Normal event Resumed
    When 50 seconds pass
    Then Job "later" exists
    And Job "later" is gone within 30 seconds

  @claim:cm-06 @time
  Scenario: A CronJob follows its time zone, and forbids a second Job while one runs
    Given the clock reads "2026-06-30T21:58:30Z"
    And a cluster
    And these manifests are applied:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: berlin}
      spec:
        schedule: "0,1 0 * * *"
        timeZone: Europe/Berlin
        concurrencyPolicy: Forbid
        jobTemplate:
          spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: "nginx:1.27"}]}}}
      """
    When 2 minutes pass
    Then CronJob "berlin" has a Normal event SuccessfulCreate
    And field "status.lastScheduleTime" of CronJob "berlin" is "2026-06-30T22:00:00Z"
    When 1 minute passes
    Then CronJob "berlin" has a Normal event JobAlreadyActive
    And that event's message contains "Not starting job because prior execution is running and concurrency policy is Forbid"

  Scenario: A Job's sidecar ends after the work, and the Job is done
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: etl}
      spec:
        template:
          spec:
            restartPolicy: Never
            initContainers: [{name: logs, image: "nginx:1.27", restartPolicy: Always}]
            containers: [{name: load, image: "busybox:1.36", command: [sleep, "20"]}]
      """
    Then Job "etl" is Complete within 1 minute
    And field "status.succeeded" of Job "etl" is "1"
