@api @kubectl
Feature: Server-side apply
  Several managers write one object. Each owns the fields that it applied; who wants another's has to say so.

  @claim:api-14
  Scenario: Two managers share a Deployment until both want the same field
    Given a cluster
    When kubectl "apply --server-side --field-manager=platform -f features/api-server/manifests/web.yaml" is run
    Then the command's output contains "deployment.apps/web serverside-applied"
    When kubectl "apply --server-side --field-manager=team -f features/api-server/manifests/web.yaml" is run
    Then the command succeeds
    When kubectl "apply --server-side --field-manager=team -f features/api-server/manifests/web-of-five.yaml" is run
    Then the command fails
    And the command's output contains 'Apply failed with 1 conflict: conflict with "platform": .spec.replicas'
    And field "spec.replicas" of Deployment "web" is "2"
    When kubectl "apply --server-side --force-conflicts --field-manager=team -f features/api-server/manifests/web-of-five.yaml" is run
    Then the command succeeds
    And field "spec.replicas" of Deployment "web" is "5"
    When kubectl "apply --server-side --field-manager=platform -f features/api-server/manifests/web.yaml" is run
    Then the command fails
    And the command's output contains 'conflict with "team": .spec.replicas'

  @claim:api-02
  Scenario: A dry run goes all the way and stores nothing
    Given a cluster
    When kubectl "apply --server-side --dry-run=server -o yaml -f features/api-server/manifests/web.yaml" is run
    Then the command succeeds
    And the command's output contains "progressDeadlineSeconds: 600"
    And Deployment "web" is gone

  @claim:api-05
  Scenario: A field that is misspelt is refused, or warned of, as the client wishes
    Given a cluster
    When kubectl "create -f features/api-server/manifests/web-misspelt.yaml" is run
    Then the command fails
    And the command's output contains 'unknown field "spec.replicsa"'
    When kubectl "create --validate=warn -f features/api-server/manifests/web-misspelt.yaml" is run
    Then the command succeeds
    And the command's output contains 'Warning: unknown field "spec.replicsa"'
    And field "spec.replicas" of Deployment "web" is "1"
