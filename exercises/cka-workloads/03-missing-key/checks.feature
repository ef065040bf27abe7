Feature: Checks

  @criterion:runs
  Scenario: Both Pods are connected, and stay so
    Then Deployment "orders/api" finishes its rollout within 3 minutes
    And exactly 2 Pods of Deployment "orders/api" are Ready
    And the log of Deployment "orders/api" contains "api connected to postgres://db-1.orders:5432/orders"
    When this moment is remembered as "the repair"
    And 30 minutes pass
    Then exactly 2 Pods of Deployment "orders/api" were Ready at all times since "the repair"

  @criterion:follows
  Scenario: The database moves
    Given Deployment "orders/api" finishes its rollout within 3 minutes
    And 10 seconds pass
    When ConfigMap "orders/database" is patched with:
      """yaml
      data: {database_url: "postgres://db-2.orders:5432/orders", database-url: "postgres://db-2.orders:5432/orders"}
      """
    And the Pods of Deployment "orders/api" are deleted
    Then exactly 2 Pods of Deployment "orders/api" are Ready within 2 minutes
    And the log of Deployment "orders/api" contains "api connected to postgres://db-2.orders:5432/orders" within 1 minute

  @criterion:worker
  Scenario: The worker restarts
    When the Pods of Deployment "orders/worker" are deleted
    Then exactly 1 Pod of Deployment "orders/worker" is Ready within 2 minutes
    And the log of Deployment "orders/worker" contains "worker connected to postgres://db-1.orders:5432/orders" within 1 minute
    And Deployment "orders/worker" was not recreated since "the beginning"
    And field "spec" of Deployment "orders/worker" did not change since "the beginning"
