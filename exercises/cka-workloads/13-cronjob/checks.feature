Feature: Checks

  @criterion:completes
  Scenario: An hour goes by
    When 65 minutes pass
    Then at least 4 Pods of CronJob "safe/backup" are Succeeded

  @criterion:single
  Scenario: Never two at once, in an hour
    # What runs now may end first.
    Given 10 minutes pass
    And this moment is remembered as "the new order"
    When 60 minutes pass
    Then at most 1 Pod of CronJob "safe/backup" was Running at all times since "the new order"

  @criterion:work
  Scenario: The Pods' template is what it was
    Then field "spec.jobTemplate.spec.template" of CronJob "safe/backup" did not change since "the beginning"
