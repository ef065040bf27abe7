Feature: Checks

  @criterion:imports
  Scenario: An import is finished, and the container stays up
    Given Deployment "billing/importer" finishes its rollout within 7 minutes
    And field "spec.replicas" of Deployment "billing/importer" is "1"
    And exactly 1 Pod of Deployment "billing/importer" is Ready
    Then the log of Deployment "billing/importer" contains "import finished" within 7 minutes
    When this moment is remembered as "the repair"
    And 30 minutes pass
    Then exactly 1 Pod of Deployment "billing/importer" was Ready at all times since "the repair"

  @criterion:configured
  Scenario: Another address in the ConfigMap is the one that is asked
    Given Deployment "billing/importer" finishes its rollout within 7 minutes
    And 10 seconds pass
    When ConfigMap "billing/importer-config" is patched with:
      """yaml
      data: {ledgerHost: elsewhere.billing}
      """
    And the Pods of Deployment "billing/importer" are deleted
    Then the log of Deployment "billing/importer" contains "no answer from the ledger at elsewhere.billing" within 3 minutes

  @criterion:kept
  Scenario: The script and the ledger were left alone
    Then field "data" of ConfigMap "billing/importer-script" did not change since "the beginning"
    And Deployment "billing/importer" was not recreated since "the beginning"
    And Service "billing/ledger" was not recreated since "the beginning"
    And Deployment "billing/ledger" was not recreated since "the beginning"
    And field "spec" of Service "billing/ledger" did not change since "the beginning"
    And "leger.billing.svc.cluster.local" does not resolve from Deployment "billing/ledger"
