@workloads
Feature: What else the controller manager does

  @claim:cm-08
  Scenario: Endpoints that people write are mirrored into EndpointSlices
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: db}
      spec: {ports: [{name: sql, port: 5432}]}
      ---
      apiVersion: v1
      kind: Endpoints
      metadata: {name: db, labels: {tier: data}}
      subsets: [{addresses: [{ip: 192.0.2.1}, {ip: 192.0.2.2}], ports: [{name: sql, port: 5432}]}]
      """
    When kubectl "get endpointslices -l kubernetes.io/service-name=db,endpointslice.kubernetes.io/managed-by=endpointslicemirroring-controller.k8s.io" is run
    Then the command's output contains "192.0.2.1"
    And the command's output contains "192.0.2.2"
    When Endpoints "db" is deleted
    And kubectl "get endpointslices -l kubernetes.io/service-name=db" is run
    Then the command's output contains "No resources found"

  @claim:cm-01
  Scenario: Nodes get ranges of addresses, and their pods addresses of them
    Given a cluster
    And a Pod "web" of image "nginx:1.27"
    Then Node "cp-1" matches:
      """yaml
      spec: {podCIDR: 10.244.0.0/24, podCIDRs: [10.244.0.0/24]}
      """
    And Node "worker-2" matches:
      """yaml
      spec: {podCIDR: 10.244.2.0/24}
      """
    And Pod "web" is Running within 1 minute
    When kubectl "get pod web -o jsonpath={.status.podIP}" is run
    Then the command's output contains "10.244."

  @claim:cm-01
  Scenario: A range of Services stays while addresses of it are in use
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: networking.k8s.io/v1
      kind: ServiceCIDR
      metadata: {name: more}
      spec: {cidrs: [10.77.0.0/24]}
      """
    Then ServiceCIDR "more" has condition Ready True
    When kubectl "delete servicecidr more --wait=false" is run
    And 5 seconds pass
    Then ServiceCIDR "more" exists
    And ServiceCIDR "more" is gone within 10 seconds

  @claim:cm-01
  Scenario: The status of an admission policy says what is doubtful in it
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingAdmissionPolicy
      metadata: {name: replicas}
      spec:
        matchConstraints:
          resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]
        validations: [{expression: "object.spec.replica < 5"}]
      """
    When kubectl "get validatingadmissionpolicy replicas -o yaml" is run
    Then the command's output contains "undefined field 'replica'"

  @claim:cm-01
  Scenario: A pod gets the resource claim of its template
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: resource.k8s.io/v1
      kind: ResourceClaimTemplate
      metadata: {name: gpu}
      spec: {spec: {devices: {requests: [{name: one, exactly: {deviceClassName: gpu}}]}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: train}
      spec:
        resourceClaims: [{name: accelerator, resourceClaimTemplateName: gpu}]
        containers: [{name: app, image: "nginx:1.27"}]
      """
    When kubectl "get resourceclaims" is run
    Then the command's output contains "train-accelerator-"

  @claim:cm-01
  Scenario: Controllers that do not run say so in the log when they are asked for
    Given a cluster
    And the controller manager runs with these flags:
      | controllers | *,podcertificaterequest-cleaner-controller,selinux-warning-controller |
    When 1 minute passes
    And kubectl "logs -n kube-system kube-controller-manager-cp-1" is run
    Then the command's output contains these in order:
      | Controller is disabled by a feature gate |
      | kubedrill does not simulate it           |

  Scenario: A quota counts custom resources that come and go
    Given a cluster
    And these manifests are applied:
      """yaml
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: widgets.example.com}
      spec:
        group: example.com
        scope: Namespaced
        names: {kind: Widget, plural: widgets}
        versions:
          - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
      """
    # Every half a minute the quota controller looks which kinds there are; quotas that are made before wait for minutes.
    And 40 seconds pass
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: few, namespace: default}
      spec: {hard: {count/widgets.example.com: "2"}}
      """
    # Until it has been counted, the quota lets none in.
    And ResourceQuota "few" matches within 1 minute:
      """yaml
      status: {used: {count/widgets.example.com: "0"}}
      """
    When these manifests are applied:
      """yaml
      apiVersion: example.com/v1
      kind: Widget
      metadata: {name: one, namespace: default}
      """
    Then ResourceQuota "few" matches within 10 seconds:
      """yaml
      status: {used: {count/widgets.example.com: "1"}}
      """
    When Widget "one" is deleted
    Then ResourceQuota "few" matches within 10 seconds:
      """yaml
      status: {used: {count/widgets.example.com: "0"}}
      """
