@workloads @claim:cm-17 @needs:images
Feature: A controller of one's own
  A CustomResourceDefinition makes a kind, and a program in a Pod is its controller: it watches, compares what is wanted
  with what is there, and acts, as the controllers of the cluster do. Here each Website owns a Deployment.

  Background:
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: websites.example.com}
      spec:
        group: example.com
        scope: Namespaced
        names: {plural: websites, singular: website, kind: Website}
        versions:
          - name: v1
            served: true
            storage: true
            subresources: {status: {}}
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec: {type: object, required: [image], properties: {image: {type: string}, replicas: {type: integer, default: 1}}}
                  status: {type: object, properties: {readyReplicas: {type: integer}}}
      ---
      apiVersion: v1
      kind: ServiceAccount
      metadata: {name: website-operator}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRole
      metadata: {name: website-operator}
      rules:
        - {apiGroups: [example.com], resources: [websites, websites/status, websites/finalizers], verbs: ["*"]}
        - {apiGroups: [apps], resources: [deployments], verbs: ["*"]}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRoleBinding
      metadata: {name: website-operator}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: website-operator}
      subjects: [{kind: ServiceAccount, name: website-operator, namespace: default}]
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: website-operator}
      spec:
        selector: {matchLabels: {app: website-operator}}
        template:
          metadata: {labels: {app: website-operator}}
          spec:
            serviceAccountName: website-operator
            containers: [{name: operator, image: "example.com/website-operator:v1"}]
      """
    And Deployment "website-operator" is Available
    And these manifests are applied:
      """yaml
      apiVersion: example.com/v1
      kind: Website
      metadata: {name: shop}
      spec: {image: "nginx:1.27", replicas: 2}
      """

  Scenario: What the object asks for is made, and kept
    Then exactly 2 Pods of Deployment "shop" are Ready within 1 minute
    And field "status.readyReplicas" of Website.example.com "shop" is "2" within 10 seconds
    When Website.example.com "shop" is patched with:
      """yaml
      spec: {replicas: 3}
      """
    Then exactly 3 Pods of Deployment "shop" are Ready within 1 minute
    When Deployment "shop" is scaled to 1 replica
    Then exactly 3 Pods of Deployment "shop" are Ready within 1 minute
    When Deployment "shop" is deleted
    Then exactly 3 Pods of Deployment "shop" are Ready within 2 minutes

  Scenario: Nothing is reconciled while it is down, and everything when it is back
    Then exactly 2 Pods of Deployment "shop" are Ready within 1 minute
    When Deployment "website-operator" is scaled to 0 replicas
    And 1 minute passes
    And Website.example.com "shop" is patched with:
      """yaml
      spec: {replicas: 4}
      """
    And 5 minutes pass
    Then field "spec.replicas" of Deployment "shop" is "2"
    When Deployment "website-operator" is scaled to 1 replica
    Then exactly 4 Pods of Deployment "shop" are Ready within 2 minutes

  Scenario: With the object goes what it owns
    Then exactly 2 Pods of Deployment "shop" are Ready within 1 minute
    When Website.example.com "shop" is deleted
    Then Deployment "shop" is gone within 1 minute
