@api @kubectl
Feature: Long lists and long watches
  A list comes in chunks of one version. A watch is told how far it is.

  Background:
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: List
      items:
      - {apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {of: test}}}
      - {apiVersion: v1, kind: ConfigMap, metadata: {name: b, labels: {of: test}}}
      - {apiVersion: v1, kind: ConfigMap, metadata: {name: c, labels: {of: test}}}
      """

  @claim:api-06
  Scenario: A list is read in chunks
    When kubectl "get configmaps -n default --chunk-size=2 -v=6" is run
    Then the command's output contains these in order:
      | configmaps?limit=2 |
      | continue=          |
      | limit=2            |
      | kube-root-ca.crt   |
    When kubectl "get --raw /api/v1/namespaces/default/configmaps?limit=1&labelSelector=of%3Dtest" is run
    Then the command's output contains '"continue":"'
    And the command's output contains '"name":"a"'

  @claim:api-07
  Scenario: A watch begins with what is there, and is told when it has heard all of that
    When kubectl "get --raw /api/v1/namespaces/default/configmaps?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&labelSelector=of%3Dtest&timeoutSeconds=3" is run
    Then the command's output contains these in order:
      | "name":"a"                            |
      | "name":"b"                            |
      | "name":"c"                            |
      | BOOKMARK                              |
      | "k8s.io/initial-events-end":"true"    |
