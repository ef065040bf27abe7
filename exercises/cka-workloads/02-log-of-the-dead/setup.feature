Feature: Set-up

  Scenario: A wrong address that shows late
    Given namespace "billing"
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: ledger, namespace: billing, labels: {app: ledger}}
      spec:
        replicas: 1
        selector: {matchLabels: {app: ledger}}
        template:
          metadata: {labels: {app: ledger}}
          spec:
            containers:
              - {name: web, image: "nginx:1.27", ports: [{containerPort: 80}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: ledger, namespace: billing}
      spec: {selector: {app: ledger}, ports: [{port: 80}]}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: importer-script, namespace: billing}
      data:
        import.sh: |
          echo "importer 2.4 starting"
          echo "building the index, please wait"
          sleep 30
          if wget -q -O /dev/null -T 5 "http://$LEDGER_HOST/"; then
            echo "import finished, next one tomorrow"
          else
            echo "FATAL: no answer from the ledger at $LEDGER_HOST, giving up"
            exit 1
          fi
          sleep infinity
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: importer-config, namespace: billing}
      data:
        ledgerHost: leger.billing
        batchSize: "500"
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: importer, namespace: billing, labels: {app: importer}}
      spec:
        replicas: 1
        selector: {matchLabels: {app: importer}}
        template:
          metadata: {labels: {app: importer}}
          spec:
            terminationGracePeriodSeconds: 5
            containers:
              - name: importer
                image: "busybox:1.36"
                command: [sh, /opt/importer/import.sh]
                env:
                  - {name: LEDGER_HOST, valueFrom: {configMapKeyRef: {name: importer-config, key: ledgerHost}}}
                  - {name: BATCH_SIZE, valueFrom: {configMapKeyRef: {name: importer-config, key: batchSize}}}
                volumeMounts: [{name: script, mountPath: /opt/importer}]
            volumes: [{name: script, configMap: {name: importer-script}}]
      """
    And 12 minutes pass
    And this moment is remembered as "the beginning"
