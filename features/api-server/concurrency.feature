@api
Feature: Versions of objects
  Every write makes a new resourceVersion. Who writes from an old one is refused; who watches hears every one, in order.

  @claim:api-14
  Scenario: A write from a stale version is refused
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings}
      data: {colour: blue}
      """
    And ConfigMap "settings" is patched with:
      """yaml
      data: {colour: green}
      """
    When kubectl "patch configmap settings -p '{\"metadata\":{\"resourceVersion\":\"1\"},\"data\":{\"colour\":\"red\"}}'" is run
    Then the command fails
    And the command's output contains "(Conflict)"
    And the command's output contains "the object has been modified; please apply your changes to the latest version and try again"
    And field "data.colour" of ConfigMap "settings" is "green"

  @claim:api-07 @needs:versions
  Scenario: A watch tells of every change, in order, and can start from a version
    Given a cluster
    And namespace "dev"
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings}
      data: {colour: blue}
      """
    And ConfigMap "settings" is patched with:
      """yaml
      data: {colour: green}
      """
    And ConfigMap "settings" is deleted
    When kubectl "get --raw /api/v1/namespaces/dev/configmaps?watch=true&fieldSelector=metadata.name%3Dsettings&timeoutSeconds=5&resourceVersion=1" is run
    Then the command succeeds
    And the command's output contains these in order:
      | ADDED    |
      | blue     |
      | MODIFIED |
      | green    |
      | DELETED  |
