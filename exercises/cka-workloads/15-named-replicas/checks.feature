Feature: Checks

  @criterion:names
  Scenario: Each answers at its own name, and still does when one was replaced
    Then exactly 3 Pods of StatefulSet "orders/queue" are Ready within 3 minutes
    And a request from Pod "orders/buyer" to "http://queue-0.queue.orders:8080/hostname" is answered with "queue-0"
    And a request from Pod "orders/buyer" to "http://queue-1.queue.orders:8080/hostname" is answered with "queue-1"
    And a request from Pod "orders/buyer" to "http://queue-2.queue.orders:8080/hostname" is answered with "queue-2"
    When Pod "orders/queue-1" is deleted
    And 30 minutes pass
    Then a request from Pod "orders/buyer" to "http://queue-1.queue.orders:8080/hostname" is answered with "queue-1"
    And exactly 3 Pods of StatefulSet "orders/queue" are Ready

  @criterion:together
  Scenario: One name for all addresses
    Given exactly 3 Pods of StatefulSet "orders/queue" are Ready within 3 minutes
    Then field "spec.clusterIP" of Service "orders/queue" is "None"
    And Service "orders/queue" has 3 ready endpoints within 1 minute
    And a request from Pod "orders/buyer" to "http://queue.orders:8080/" returns status 200

  @criterion:kept
  Scenario: Nothing was lost, and nothing else was changed
    Then Pod "orders/queue-0" was not recreated since "the beginning"
    And field "status.containerStatuses[queue].restartCount" of Pod "orders/queue-0" is "0"
    And StatefulSet "orders/queue" is unchanged since "the beginning"
    And Service "orders/queue-clients" is unchanged since "the beginning"
