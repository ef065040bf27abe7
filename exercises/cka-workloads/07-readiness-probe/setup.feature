Feature: Set-up

  Scenario: A readiness probe for a path of an earlier release
    Given namespace "library"
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: search-nginx, namespace: library}
      data:
        default.conf: |
          server {
            listen 80;
            location = / { return 200 "what are you looking for?\n"; }
            location = /healthz { return 200 "fit\n"; }
            location / { return 404; }
          }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: search, namespace: library, labels: {app: search}}
      spec:
        replicas: 3
        selector: {matchLabels: {app: search}}
        template:
          metadata: {labels: {app: search}}
          spec:
            terminationGracePeriodSeconds: 5
            containers:
              - name: search
                image: "nginx:1.27"
                ports: [{containerPort: 80}]
                readinessProbe: {httpGet: {path: /ready, port: 80}, periodSeconds: 5, failureThreshold: 2}
                volumeMounts: [{name: config, mountPath: /etc/nginx/conf.d}]
            volumes: [{name: config, configMap: {name: search-nginx}}]
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: search, namespace: library}
      spec: {selector: {app: search}, ports: [{port: 80}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: visitor, namespace: library}
      spec: {containers: [{name: curl, image: "curlimages/curl:8.10.1", command: [sleep, infinity]}]}
      """
    And 15 minutes pass
    And this moment is remembered as "the beginning"
