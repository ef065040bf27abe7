Feature: Checks

  # Requests that are decided are cleaned up after an hour: what counts is what became of them.
  @criterion:approved
  Scenario: Mira's request was approved, and is the one she made
    Then CertificateSigningRequest "mira" went through these states in order:
      | Approved |

  @criterion:rights
  Scenario: What Mira needs
    Then user "mira" can get "deployments" in namespace "web"
    And user "mira" can list "deployments" in namespace "web"
    And user "mira" can watch "deployments" in namespace "web"
    And user "mira" can create "deployments" in namespace "web"
    And user "mira" can update "deployments" in namespace "web"
    And user "mira" can patch "deployments" in namespace "web"
    And user "mira" can delete "deployments" in namespace "web"
    When user "mira" tries to patch Deployment "web/site"
    Then Deployment "web/site" exists

  @criterion:rights
  Scenario: What she does not need
    Then user "mira" cannot list "secrets" in namespace "web"
    And user "mira" cannot delete "pods" in namespace "web"
    And user "mira" cannot create "services" in namespace "web"
    And user "mira" cannot list "deployments" in namespace "default"
    And user "mira" cannot list "deployments" in namespace "kube-system"
    And user "noah" cannot list "deployments" in namespace "web"

  @criterion:refused
  Scenario: The other one was denied
    Then CertificateSigningRequest "kim" went through these states in order:
      | Denied |
    And ClusterRoleBinding "platform-admins" is unchanged since "the beginning"
