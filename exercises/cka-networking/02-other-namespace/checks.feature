Feature: Checks

  @criterion:serves
  Scenario: Both Pods reach the prices, and still do half an hour later
    Then Deployment "shopfront/storefront" finishes its rollout within 5 minutes
    And field "spec.replicas" of Deployment "shopfront/storefront" is "2"
    And exactly 2 Pods of Deployment "shopfront/storefront" are Ready
    When 30 minutes pass
    Then exactly 2 Pods of Deployment "shopfront/storefront" are Ready

  @criterion:serves
  Scenario: Without prices the storefront is not Ready
    Given Deployment "shopfront/storefront" finishes its rollout within 5 minutes
    And 1 minute passes
    When Deployment "pricing/prices" is scaled to 0 replicas
    Then exactly 2 Pods of Deployment "shopfront/storefront" are NotReady within 3 minutes

  @criterion:name
  Scenario: The prices get another address
    Given Deployment "shopfront/storefront" finishes its rollout within 5 minutes
    When Service "pricing/prices" is deleted
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: prices, namespace: pricing}
      spec: {selector: {app: prices}, ports: [{port: 80}]}
      """
    And 3 minutes pass
    Then exactly 2 Pods of Deployment "shopfront/storefront" are Ready

  @criterion:settings
  Scenario: Other settings are what the next Pods go by
    Given Deployment "shopfront/storefront" finishes its rollout within 5 minutes
    When ConfigMap "shopfront/storefront-settings" is patched with:
      """yaml
      data: {PRICES_URL: "http://nowhere.invalid/", CURRENCY: GBP}
      """
    And the Pods of Deployment "shopfront/storefront" are deleted
    And 3 minutes pass
    Then exactly 2 Pods of Deployment "shopfront/storefront" are NotReady

  @criterion:kept
  Scenario: Nothing was added, the others were left alone
    Then Deployment "shopfront/storefront" was not recreated since "the beginning"
    And field "data.CURRENCY" of ConfigMap "shopfront/storefront-settings" is "EUR"
    And every Service in namespace "shopfront" is unchanged since "the beginning"
    And every Service in namespace "pricing" is unchanged since "the beginning"
    And field "spec" of Deployment "pricing/prices" did not change since "the beginning"
