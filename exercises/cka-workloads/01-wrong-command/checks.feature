Feature: Checks

  @criterion:answers
  Scenario: Both replicas answer, and still do half an hour later
    Then exactly 2 Pods of Deployment "media/gallery" are Ready within 6 minutes
    And field "spec.replicas" of Deployment "media/gallery" is "2"
    And Deployment "media/gallery" is Complete within 2 minutes
    And a request from Pod "media/visitor" to "http://gallery.media/healthz" returns status 200
    When this moment is remembered as "the repair"
    And 30 minutes pass
    Then exactly 2 Pods of Deployment "media/gallery" were Ready at all times since "the repair"
    And a request from Pod "media/visitor" to "http://gallery.media/healthz" returns status 200

  @criterion:config
  Scenario: What is changed in the ConfigMap reaches the servers
    Given Deployment "media/gallery" finishes its rollout within 10 minutes
    And 10 seconds pass
    When ConfigMap "media/gallery-nginx" is patched with:
      """yaml
      data:
        nginx.conf: |
          events {}
          http {
            server {
              listen 8080;
              location /healthz { return 200 "fine\n"; }
              location / { return 410; }
            }
          }
      """
    And the Pods of Deployment "media/gallery" are deleted
    Then exactly 2 Pods of Deployment "media/gallery" are Ready within 2 minutes
    And a request from Pod "media/visitor" to "http://gallery.media/" returns status 410 within 1 minute

  @criterion:kept
  Scenario: Nothing else was changed
    Then Deployment "media/gallery" was not recreated since "the beginning"
    And Service "media/gallery" was not recreated since "the beginning"
    And field "spec" of Service "media/gallery" did not change since "the beginning"
    And ConfigMap "media/gallery-nginx" was not recreated since "the beginning"
    And field "data" of ConfigMap "media/gallery-nginx" did not change since "the beginning"
