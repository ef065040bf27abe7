Feature: Checks

  @criterion:answers
  Scenario: A request from a Pod is answered, and still is half an hour later
    Then a request from Pod "bakery/client" to "http://oven/" is answered with "bread" within 1 minute
    When 30 minutes pass
    Then a request from Pod "bakery/client" to "http://oven/" is answered with "bread"
    And 40 requests from Pod "bakery/client" to "http://oven/" are answered by 2 different Pods

  @criterion:follows
  Scenario: The program moves
    When Deployment "bakery/oven" is patched with:
      """yaml
      spec:
        template:
          spec:
            containers:
              - name: oven
                args: ["-text=bread", "-listen=:9000"]
                ports: [{$patch: replace}, {name: web, containerPort: 9000}]
      """
    Then Deployment "bakery/oven" finishes its rollout within 3 minutes
    And a request from Pod "bakery/client" to "http://oven/" is answered with "bread" within 1 minute

  @criterion:kept
  Scenario: The same Service in front of the same Deployment
    Then Service "bakery/oven" was not recreated since "the beginning"
    And field "spec.clusterIP" of Service "bakery/oven" did not change since "the beginning"
    And Deployment "bakery/oven" was not recreated since "the beginning"
    And field "spec" of Deployment "bakery/oven" did not change since "the beginning"
