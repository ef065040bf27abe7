Feature: Set-up

  Scenario: An init container that asks for a Service nobody made
    Given namespace "forum"
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: postgres, namespace: forum, labels: {app: postgres}}
      spec:
        replicas: 1
        selector: {matchLabels: {app: postgres, part: database}}
        template:
          metadata: {labels: {app: postgres, part: database}}
          spec:
            containers:
              - name: postgres
                image: "postgres:16"
                env: [{name: POSTGRES_PASSWORD, value: forum}]
                ports: [{containerPort: 5432}]
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: forum-database, namespace: forum}
      spec: {selector: {part: database}, ports: [{port: 5432}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: forum, namespace: forum}
      spec: {selector: {app: forum}, ports: [{port: 80}]}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: forum, namespace: forum, labels: {app: forum}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: forum}}
        template:
          metadata: {labels: {app: forum}}
          spec:
            terminationGracePeriodSeconds: 2
            initContainers:
              - name: wait-for-database
                image: "busybox:1.36"
                env: [{name: DATABASE_HOST, value: postgres.forum.svc.cluster.local}]
                command:
                  - sh
                  - -c
                  - until nslookup $DATABASE_HOST > /dev/null 2>&1; do echo "waiting for $DATABASE_HOST"; sleep 20; done
            containers:
              - name: forum
                image: "busybox:1.36"
                env: [{name: DATABASE_HOST, value: postgres.forum.svc.cluster.local}]
                command: [sh, -c, 'echo "forum: database is $DATABASE_HOST"; exec sleep infinity']
                readinessProbe: {exec: {command: [sh, -c, "nc -z -w 2 $DATABASE_HOST 5432"]}, periodSeconds: 30}
      """
    And 5 minutes pass
    And this moment is remembered as "the beginning"
