Feature: Set-up

  Scenario: A webhook that has to answer before it can start
    Given namespace "labelling"
    And namespace "shop"
    And namespace "reports"
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: labeller, namespace: labelling}
      spec: {selector: {app: labeller}, ports: [{port: 443, targetPort: 8443}]}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: labeller, namespace: labelling, labels: {app: labeller}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: labeller}}
        template:
          metadata: {labels: {app: labeller}}
          spec:
            terminationGracePeriodSeconds: 5
            containers:
              - name: webhook
                image: "registry.k8s.io/e2e-test-images/agnhost:2.53"
                args: [webhook, --port=8443]
                ports: [{containerPort: 8443}]
                readinessProbe: {httpGet: {path: /readyz, port: 8443, scheme: HTTPS}, periodSeconds: 5}
      """
    And Deployment "labelling/labeller" is Complete within 2 minutes
    And these manifests are applied:
      """yaml
      apiVersion: admissionregistration.k8s.io/v1
      kind: MutatingWebhookConfiguration
      metadata: {name: labeller}
      webhooks:
        - name: labeller.labelling.svc
          admissionReviewVersions: [v1]
          sideEffects: None
          timeoutSeconds: 5
          failurePolicy: Fail
          clientConfig: {service: {namespace: labelling, name: labeller, path: /add-label, port: 443}}
          rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
          namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system]}]}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: shop, labels: {app: web}}
      spec:
        replicas: 3
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            terminationGracePeriodSeconds: 5
            containers: [{name: web, image: "nginx:1.27"}]
      """
    And exactly 3 Pods of Deployment "shop/web" are Ready within 2 minutes
    # Whoever loses all Pods at once has nobody left to let the next ones in.
    When the Pods of Deployment "labelling/labeller" are deleted
    And 30 seconds pass
    And the Pods of Deployment "shop/web" are deleted
    And 10 minutes pass
    Then exactly 0 Pods of Deployment "shop/web" are Running
    And this moment is remembered as "the beginning"
