Feature: Set-up

  Scenario: A reference to a key that is spelled otherwise
    Given namespace "orders"
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: database, namespace: orders}
      data: {database_url: "postgres://db-1.orders:5432/orders", pool_size: "20"}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: worker, namespace: orders, labels: {app: worker}}
      spec:
        replicas: 1
        selector: {matchLabels: {app: worker}}
        template:
          metadata: {labels: {app: worker}}
          spec:
            terminationGracePeriodSeconds: 2
            containers:
              - name: worker
                image: "busybox:1.36"
                command: [sh, -c, 'test -n "$DATABASE_URL" || exit 1; echo "worker connected to $DATABASE_URL"; sleep infinity']
                env: [{name: DATABASE_URL, valueFrom: {configMapKeyRef: {name: database, key: database_url}}}]
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: api, namespace: orders, labels: {app: api}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: api}}
        template:
          metadata: {labels: {app: api}}
          spec:
            terminationGracePeriodSeconds: 2
            containers:
              - name: api
                image: "busybox:1.36"
                command: [sh, -c, 'test -n "$DATABASE_URL" || { echo "DATABASE_URL is empty"; exit 1; }; echo "api connected to $DATABASE_URL"; sleep infinity']
                env: [{name: DATABASE_URL, valueFrom: {configMapKeyRef: {name: database, key: database-url}}}]
      """
    And 15 minutes pass
    And this moment is remembered as "the beginning"
