@api
Feature: Custom resources
  A CustomResourceDefinition makes a new kind. The API server stores, checks and shows its objects as it does its own.

  Background:
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: backups.example.com}
      spec:
        group: example.com
        scope: Namespaced
        names: {plural: backups, singular: backup, kind: Backup, shortNames: [bk]}
        versions:
        - name: v1
          served: true
          storage: true
          subresources:
            status: {}
            scale: {specReplicasPath: .spec.copies, statusReplicasPath: .status.copies}
          additionalPrinterColumns:
          - {name: Schedule, type: string, jsonPath: .spec.schedule}
          - {name: Copies, type: integer, jsonPath: .spec.copies}
          schema:
            openAPIV3Schema:
              type: object
              properties:
                spec:
                  type: object
                  required: [schedule]
                  properties:
                    schedule: {type: string, minLength: 3}
                    copies: {type: integer, default: 3}
                    keep: {type: integer, default: 5}
                  x-kubernetes-validations:
                  - {rule: self.copies <= self.keep, message: no more copies than are kept}
                status:
                  type: object
                  properties: {copies: {type: integer}}
      """
    And CustomResourceDefinition "backups.example.com" has condition Established True within 5 seconds

  Scenario: An object gets its defaults, and loses what the schema does not know
    When kubectl "apply --validate=false -f features/api-server/manifests/backup.yaml" is run
    Then the command succeeds
    And Backup.example.com "nightly" matches:
      """yaml
      spec: {schedule: "@daily", copies: 3, keep: 5}
      """
    And field "spec.colour" of Backup.example.com "nightly" is ""

  Scenario: An object that breaks the schema or a rule is refused
    When these manifests are submitted:
      """yaml
      apiVersion: example.com/v1
      kind: Backup
      metadata: {name: nightly}
      spec: {schedule: no, copies: many}
      """
    Then the request is denied with status 422 and reason Invalid
    And the response message contains 'spec.copies: Invalid value: "string": spec.copies in body must be of type integer: "string"'
    When these manifests are submitted:
      """yaml
      apiVersion: example.com/v1
      kind: Backup
      metadata: {name: nightly}
      spec: {schedule: "@daily", copies: 7}
      """
    Then the request is denied with status 422 and reason Invalid
    And the response message contains "no more copies than are kept"
    When kubectl "get backups" is run
    Then the command's output contains "No resources found in default namespace."

  @kubectl
  Scenario: kubectl shows its columns, explains and scales it
    Given these manifests are applied:
      """yaml
      apiVersion: example.com/v1
      kind: Backup
      metadata: {name: nightly}
      spec: {schedule: "@daily"}
      """
    When kubectl "get bk" is run
    Then the command's output contains these in order:
      | NAME     |
      | SCHEDULE |
      | COPIES   |
      | nightly  |
      | @daily   |
      | 3        |
    When kubectl "explain backup.spec" is run
    Then the command's output contains "schedule"
    And the command's output contains "-required-"
    When kubectl "scale backup nightly --replicas=4" is run
    Then the command succeeds
    And field "spec.copies" of Backup "nightly" is "4"
    When kubectl "scale backup nightly --replicas=6" is run
    Then the command fails
    And the command's output contains "no more copies than are kept"

  @kubectl
  Scenario: With the definition everything made of it goes
    Given these manifests are applied:
      """yaml
      apiVersion: example.com/v1
      kind: Backup
      metadata: {name: nightly}
      spec: {schedule: "@daily"}
      """
    And etcd holds "/registry/example.com/backups/default/nightly"
    When kubectl "delete crd backups.example.com --timeout=30s" is run
    Then the command succeeds
    And etcd holds no "/registry/example.com/backups/default/nightly"
    When kubectl "get backups" is run
    Then the command fails
    And the command's output contains "could not find the requested resource"
