Feature: Set-up

  Scenario: Each run replaces the one before
    Given namespace "safe"
    And these manifests are applied:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: backup, namespace: safe}
      spec:
        schedule: "*/5 * * * *"
        concurrencyPolicy: Replace
        successfulJobsHistoryLimit: 10
        jobTemplate:
          spec:
            template:
              spec:
                restartPolicy: Never
                terminationGracePeriodSeconds: 2
                containers:
                  - name: backup
                    image: "busybox:1.36"
                    command: [sh, -c, echo copying; sleep 420; echo backup complete]
      """
    And 33 minutes pass
    And this moment is remembered as "the beginning"
