Feature: Set-up

  Scenario: A kube-proxy that looks for its kubeconfig where there is none
    Given namespace "press"
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: reader, namespace: press, labels: {app: reader}}
      spec:
        selector: {matchLabels: {app: reader}}
        template:
          metadata: {labels: {app: reader}}
          spec:
            containers:
              - name: reader
                image: "busybox:1.36"
                command: [sleep, infinity]
                readinessProbe: {exec: {command: [sh, -c, "wget -q -O /dev/null -T 2 http://newsstand/"]}, periodSeconds: 30, timeoutSeconds: 5}
      """
    And 1 minute passes
    And ConfigMap "kube-system/kube-proxy" is patched with:
      """yaml
      data:
        config.conf: |
          apiVersion: kubeproxy.config.k8s.io/v1alpha1
          bindAddress: 0.0.0.0
          clientConnection:
            kubeconfig: /var/lib/kube-proxy/kubeconfig.yaml
          clusterCIDR: 10.244.0.0/16
          kind: KubeProxyConfiguration
          mode: "iptables"
      """
    And the Pods of DaemonSet "kube-system/kube-proxy" are deleted
    And 10 minutes pass
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: newsstand, namespace: press, labels: {app: newsstand}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: newsstand}}
        template:
          metadata: {labels: {app: newsstand}}
          spec: {containers: [{name: web, image: "nginx:1.27", ports: [{containerPort: 80}]}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: newsstand, namespace: press}
      spec: {selector: {app: newsstand}, ports: [{port: 80}]}
      """
    And Deployment "press/newsstand" is Complete
    And 15 minutes pass
    And this moment is remembered as "the beginning"
