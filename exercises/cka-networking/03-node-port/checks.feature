Feature: Checks

  @criterion:everywhere
  Scenario: Every node answers the others, and still does half an hour later
    Then a request from Node "cp-1" to "http://worker-1:30080/" is answered with "order taken" within 1 minute
    And a request from Node "cp-1" to "http://worker-2:30080/" is answered with "order taken" within 10 seconds
    And a request from Node "worker-1" to "http://cp-1:30080/" is answered with "order taken" within 10 seconds
    When 30 minutes pass
    Then a request from Node "cp-1" to "http://worker-1:30080/" is answered with "order taken"
    And a request from Node "cp-1" to "http://worker-2:30080/" is answered with "order taken"
    And a request from Node "worker-1" to "http://cp-1:30080/" is answered with "order taken"

  @criterion:everywhere
  Scenario: The Pod moves to another node
    When node "worker-1" is cordoned
    And the Pods of Deployment "kiosk/orders" are deleted
    Then Deployment "kiosk/orders" is Complete within 2 minutes
    And a request from Node "cp-1" to "http://worker-1:30080/" is answered with "order taken" within 1 minute
    And a request from Node "worker-1" to "http://worker-2:30080/" is answered with "order taken" within 10 seconds

  @criterion:kept
  Scenario: The same Service for Pods, and one Pod behind it
    Then Service "kiosk/orders" was not recreated since "the beginning"
    And field "spec.clusterIP" of Service "kiosk/orders" did not change since "the beginning"
    And a request from Pod "kiosk/till" to "http://orders/" is answered with "order taken" within 10 seconds
    And Deployment "kiosk/orders" was not recreated since "the beginning"
    And field "spec" of Deployment "kiosk/orders" did not change since "the beginning"
    And Service "kiosk/orders" has exactly 1 ready endpoint
