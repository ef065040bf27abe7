Feature: Set-up

  Scenario: A command with two letters swapped
    Given namespace "media"
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: gallery-nginx, namespace: media}
      data:
        nginx.conf: |
          events {}
          http {
            server {
              listen 8080;
              location /healthz { return 200 "fine\n"; }
              location / { return 200 "pictures\n"; }
            }
          }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: gallery, namespace: media, labels: {app: gallery}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: gallery}}
        template:
          metadata: {labels: {app: gallery}}
          spec:
            containers:
              - name: web
                image: "nginx:1.27"
                command: [ngnix]
                args: ["-c", /etc/gallery/nginx.conf, "-g", "daemon off;"]
                ports: [{containerPort: 8080}]
                volumeMounts: [{name: config, mountPath: /etc/gallery}]
            volumes: [{name: config, configMap: {name: gallery-nginx}}]
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: gallery, namespace: media}
      spec: {selector: {app: gallery}, ports: [{port: 80, targetPort: 8080}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: visitor, namespace: media}
      spec: {containers: [{name: curl, image: "curlimages/curl:8.10.1", command: [sleep, infinity]}]}
      """
    And 15 minutes pass
    And this moment is remembered as "the beginning"
