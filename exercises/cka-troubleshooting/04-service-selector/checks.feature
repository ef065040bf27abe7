Feature: Checks

  @criterion:answers
  Scenario: A request from a Pod is answered, and still is half an hour later
    Then a request from Pod "trade/client" to "http://orders/" returns status 200 within 1 minute
    When 30 minutes pass
    Then a request from Pod "trade/client" to "http://orders/" returns status 200

  @criterion:follows
  Scenario: Every Pod answers, a further one too
    Then Service "trade/orders" has 3 ready endpoints within 1 minute
    And 60 requests from Pod "trade/client" to "http://orders/" are answered by 3 different Pods
    When Deployment "trade/orders" is scaled to 4 replicas
    Then Service "trade/orders" has 4 ready endpoints within 2 minutes

  @criterion:kept
  Scenario: The same Service under the same address
    Then Service "trade/orders" was not recreated since "the beginning"
    And field "spec.clusterIP" of Service "trade/orders" did not change since "the beginning"
    And Deployment "trade/orders" was not recreated since "the beginning"
