Feature: Checks

  @criterion:serves
  Scenario: All three Pods get requests, and still do half an hour later
    Then Deployment "library/search" finishes its rollout within 5 minutes
    And Service "library/search" has 3 ready endpoints within 1 minute
    And a request from Pod "library/visitor" to "http://search.library/" returns status 200
    When this moment is remembered as "the repair"
    And 30 minutes pass
    Then exactly 3 Pods of Deployment "library/search" were Ready at all times since "the repair"
    And a request from Pod "library/visitor" to "http://search.library/" returns status 200

  @criterion:honours
  Scenario: The index is rebuilt
    Given Deployment "library/search" finishes its rollout within 5 minutes
    And 10 seconds pass
    When ConfigMap "library/search-nginx" is patched with:
      """yaml
      data:
        default.conf: |
          server {
            listen 80;
            location = / { return 200 "what are you looking for?\n"; }
            location = /healthz { return 503 "rebuilding\n"; }
            location / { return 404; }
          }
      """
    And the Pods of Deployment "library/search" are deleted
    And 3 minutes pass
    Then exactly 3 Pods of Deployment "library/search" are Running
    And Service "library/search" has no ready endpoints

  @criterion:kept
  Scenario: Nothing else was changed
    Then Deployment "library/search" was not recreated since "the beginning"
    And field "data" of ConfigMap "library/search-nginx" did not change since "the beginning"
    And field "spec" of Service "library/search" did not change since "the beginning"
