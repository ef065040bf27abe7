Feature: What was left alone
  A repair is worth little if it breaks something else. These steps compare with a remembered moment.

  Background:
    Given a cluster with 1 control plane node and 2 worker nodes
    And namespace "shop"
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    And a Service "web" selecting "app=web" on port 80
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings}
      data: {mode: fast, level: "3"}
      """
    And this moment is remembered as "the beginning"

  Scenario: Nobody did anything
    When 30 minutes pass
    Then Deployment "web" is unchanged since "the beginning"
    And Service "web" is unchanged since "the beginning"
    And every ConfigMap in namespace "shop" is unchanged since "the beginning"
    And every Pod in namespace "shop" is unchanged since "the beginning"
    And no container of the Pods of Deployment "web" restarted since "the beginning"
    And no Pod of Deployment "web" is pinned to a node
    And Deployment "web" has no Warning event BackOff since "the beginning"

  Scenario: What had to be changed was, and nothing else
    When Deployment "web" is scaled to 3 replicas
    And the image of container "web" in Deployment "web" is changed to "nginx:1.28"
    Then Deployment "web" finishes its rollout
    And Deployment "web" is unchanged since "the beginning" except:
      | spec.replicas                            |
      | spec.template.spec.containers[web].image |
    And every Deployment in namespace "shop" is unchanged since "the beginning" except:
      | spec.replicas      |
      | spec.template.spec |
    And Deployment "web" was not recreated since "the beginning"
    And field "spec.selector" of Deployment "web" did not change since "the beginning"
