Feature: Checks

  @criterion:signed-in
  Scenario: The mailer has signed in, and stays up
    Then Deployment "post/mailer" finishes its rollout within 5 minutes
    And exactly 1 Pod of Deployment "post/mailer" is Ready
    And the log of Deployment "post/mailer" contains "signed in as mailer@example.test"
    When this moment is remembered as "the repair"
    And 30 minutes pass
    Then exactly 1 Pod of Deployment "post/mailer" was Ready at all times since "the repair"
    And Deployment "post/mailer" was not recreated since "the beginning"

  @criterion:rotation
  Scenario: The password is changed
    Given Deployment "post/mailer" finishes its rollout within 5 minutes
    And 10 seconds pass
    When Secret "post/smtp-account" is patched with:
      """yaml
      stringData: {username: mailer-2@example.test, password: spring-1}
      """
    And the Pods of Deployment "post/mailer" are deleted
    Then exactly 1 Pod of Deployment "post/mailer" is Ready within 2 minutes
    And the log of Deployment "post/mailer" contains "signed in as mailer-2@example.test" within 1 minute

  @criterion:secret
  Scenario: The Secret is what it was
    Then Secret "post/smtp-account" was not recreated since "the beginning"
    And Secret "post/smtp-test-account" was not recreated since "the beginning"
    And field "data" of Secret "post/smtp-account" did not change since "the beginning"
