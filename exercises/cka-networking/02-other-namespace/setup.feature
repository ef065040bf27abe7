Feature: Set-up

  Scenario: A name that is looked for in the wrong namespace
    Given namespace "pricing"
    And namespace "shopfront"
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: prices, namespace: pricing, labels: {app: prices}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: prices}}
        template:
          metadata: {labels: {app: prices}}
          spec: {containers: [{name: prices, image: "nginx:1.27", ports: [{containerPort: 80}]}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: prices, namespace: pricing, labels: {app: prices}}
      spec: {selector: {app: prices}, ports: [{port: 80}]}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: storefront-settings, namespace: shopfront}
      data: {PRICES_URL: "http://prices/", CURRENCY: EUR}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: storefront, namespace: shopfront, labels: {app: storefront}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: storefront}}
        template:
          metadata: {labels: {app: storefront}}
          spec:
            terminationGracePeriodSeconds: 2
            containers:
              - name: storefront
                image: "busybox:1.36"
                envFrom: [{configMapRef: {name: storefront-settings}}]
                command: [sh, -c, 'echo "storefront: prices in $CURRENCY from $PRICES_URL"; wget -q -O /dev/null -T 2 $PRICES_URL; exec sleep infinity']
                readinessProbe: {exec: {command: [sh, -c, "wget -q -O /dev/null -T 2 $PRICES_URL"]}, periodSeconds: 30, timeoutSeconds: 5}
      """
    And Deployment "pricing/prices" is Complete
    And 15 minutes pass
    And this moment is remembered as "the beginning"
