@api @kubectl
Feature: kubectl against the cluster
  Steps run real kubectl: $KUBECTL, or the one on PATH. Virtual time passes only while a command waits for the cluster.

  @claim:api-06
  Scenario: Objects are created, read, changed and deleted
    Given a cluster
    When kubectl "create deployment web --image=nginx:1.27 --replicas=2" is run
    Then the command's output contains "deployment.apps/web created"
    When kubectl "rollout status deployment/web --timeout=60s" is run
    Then the command succeeds
    And the command's output contains 'deployment "web" successfully rolled out'
    When kubectl "get --raw /api/v1/namespaces/default/pods?labelSelector=app%3Dweb" is run
    Then the command's output contains '"kind":"PodList","apiVersion":"v1"'
    When kubectl "get pods -l app=web -o jsonpath={.items[*].status.phase}" is run
    Then the command's output contains "Running Running"
    When kubectl "set image deployment/web nginx=nginx:1.28" is run
    And kubectl "rollout status deployment/web --timeout=60s" is run
    Then the command's output contains "successfully rolled out"
    When kubectl "rollout undo deployment/web" is run
    Then Deployment "web" is Complete within 1 minute
    And field "spec.template.spec.containers[0].image" of Deployment "web" is "nginx:1.27"
    When kubectl "delete deployment web --cascade=foreground --timeout=60s" is run
    Then the command succeeds
    And Deployment "web" is gone
    When kubectl "get deployment web" is run
    Then the command fails
    And the command's output contains 'Error from server (NotFound): deployments.apps "web" not found'

  @claim:api-08
  Scenario: The API server tells what it is and how it is
    Given a cluster
    When kubectl "version" is run
    Then the command's output contains "Server Version: v1.36"
    When kubectl "api-resources --sort-by=name" is run
    Then the command's output contains "deployments"
    And the command's output contains "endpointslices"
    When kubectl "api-versions" is run
    Then the command's output contains "rbac.authorization.k8s.io/v1"
    When kubectl "cluster-info" is run
    Then the command's output contains "CoreDNS"
    When kubectl "get --raw /healthz" is run
    Then the command's output contains "ok"
    When kubectl "get --raw /livez?verbose" is run
    Then the command's output contains "[+]etcd ok"
    And the command's output contains "livez check passed"
    When kubectl "get --raw /readyz?verbose" is run
    Then the command's output contains "readyz check passed"

  @claim:api-12 @fault
  Scenario: While the API server is down kubectl cannot connect
    Given a cluster
    And a Deployment "web" of image "nginx:1.27" with 2 replicas
    And Deployment "web" is Available
    When the API server stops
    And kubectl "get pods" is run
    Then the command fails
    And the command's output contains "did you specify the right host or port?"
    And 2 containers of Deployment "web" are running on the nodes
    When the API server starts
    Then the API server accepts writes within 1 minute
    When kubectl "get deployment web" is run
    Then the command's output contains "2/2"
