Feature: Set-up

  Scenario: A StatefulSet whose headless Service is gone
    Given namespace "orders"
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: queue-clients, namespace: orders, labels: {app: queue}}
      spec: {selector: {app: queue}, ports: [{name: http, port: 80, targetPort: 8080}]}
      ---
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: queue, namespace: orders, labels: {app: queue}}
      spec:
        serviceName: queue
        replicas: 3
        selector: {matchLabels: {app: queue}}
        template:
          metadata: {labels: {app: queue}}
          spec:
            terminationGracePeriodSeconds: 2
            initContainers:
              - name: wait-for-first
                image: "busybox:1.36"
                command:
                  - sh
                  - -c
                  - |
                    test "$(hostname)" = queue-0 && exit 0
                    until nslookup queue-0.queue.orders.svc.cluster.local > /dev/null 2>&1; do
                      echo "waiting for queue-0.queue.orders.svc.cluster.local"
                      sleep 20
                    done
            containers:
              - name: queue
                image: "registry.k8s.io/e2e-test-images/agnhost:2.53"
                args: [netexec, --http-port=8080]
                ports: [{containerPort: 8080}]
                readinessProbe: {httpGet: {path: /hostname, port: 8080}, periodSeconds: 20}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: buyer, namespace: orders}
      spec: {containers: [{name: curl, image: "curlimages/curl:8.10.1", command: [sleep, infinity]}]}
      """
    And 10 minutes pass
    Then exactly 1 Pod of StatefulSet "orders/queue" is Ready
    And Pod "orders/queue-1" is Init:0/1
    And this moment is remembered as "the beginning"
