Feature: Set-up

  Scenario: One of two containers requests no CPU
    Given these manifests are applied:
      """yaml
      apiVersion: v1
      kind: ServiceAccount
      metadata:
        name: metrics-server
        namespace: kube-system
        labels: { k8s-app: metrics-server }
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRole
      metadata:
        name: system:aggregated-metrics-reader
        labels:
          k8s-app: metrics-server
          rbac.authorization.k8s.io/aggregate-to-admin: "true"
          rbac.authorization.k8s.io/aggregate-to-edit: "true"
          rbac.authorization.k8s.io/aggregate-to-view: "true"
      rules:
        - apiGroups: [metrics.k8s.io]
          resources: [pods, nodes]
          verbs: [get, list, watch]
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRole
      metadata:
        name: system:metrics-server
        labels: { k8s-app: metrics-server }
      rules:
        - apiGroups: [""]
          resources: [nodes/metrics]
          verbs: [get]
        - apiGroups: [""]
          resources: [pods, nodes]
          verbs: [get, list, watch]
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata:
        name: metrics-server-auth-reader
        namespace: kube-system
        labels: { k8s-app: metrics-server }
      roleRef:
        apiGroup: rbac.authorization.k8s.io
        kind: Role
        name: extension-apiserver-authentication-reader
      subjects:
        - { kind: ServiceAccount, name: metrics-server, namespace: kube-system }
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRoleBinding
      metadata:
        name: metrics-server:system:auth-delegator
        labels: { k8s-app: metrics-server }
      roleRef:
        apiGroup: rbac.authorization.k8s.io
        kind: ClusterRole
        name: system:auth-delegator
      subjects:
        - { kind: ServiceAccount, name: metrics-server, namespace: kube-system }
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRoleBinding
      metadata:
        name: system:metrics-server
        labels: { k8s-app: metrics-server }
      roleRef:
        apiGroup: rbac.authorization.k8s.io
        kind: ClusterRole
        name: system:metrics-server
      subjects:
        - { kind: ServiceAccount, name: metrics-server, namespace: kube-system }
      ---
      apiVersion: v1
      kind: Service
      metadata:
        name: metrics-server
        namespace: kube-system
        labels: { k8s-app: metrics-server }
      spec:
        selector: { k8s-app: metrics-server }
        ports:
          - { name: https, port: 443, protocol: TCP, targetPort: https, appProtocol: https }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: metrics-server
        namespace: kube-system
        labels: { k8s-app: metrics-server }
      spec:
        selector:
          matchLabels: { k8s-app: metrics-server }
        strategy:
          rollingUpdate: { maxUnavailable: 0 }
        template:
          metadata:
            labels: { k8s-app: metrics-server }
          spec:
            serviceAccountName: metrics-server
            priorityClassName: system-cluster-critical
            nodeSelector: { kubernetes.io/os: linux }
            containers:
              - name: metrics-server
                image: registry.k8s.io/metrics-server/metrics-server:v0.8.0
                imagePullPolicy: IfNotPresent
                args:
                  - --cert-dir=/tmp
                  - --secure-port=10250
                  - --kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname
                  - --kubelet-use-node-status-port
                  - --kubelet-insecure-tls
                  - --metric-resolution=15s
                ports:
                  - { name: https, containerPort: 10250, protocol: TCP }
                livenessProbe:
                  httpGet: { path: /livez, port: https, scheme: HTTPS }
                  periodSeconds: 10
                  failureThreshold: 3
                readinessProbe:
                  httpGet: { path: /readyz, port: https, scheme: HTTPS }
                  initialDelaySeconds: 20
                  periodSeconds: 10
                  failureThreshold: 3
                resources:
                  requests: { cpu: 100m, memory: 200Mi }
                securityContext:
                  allowPrivilegeEscalation: false
                  capabilities: { drop: [ALL] }
                  readOnlyRootFilesystem: true
                  runAsNonRoot: true
                  runAsUser: 1000
                  seccompProfile: { type: RuntimeDefault }
                volumeMounts:
                  - { name: tmp-dir, mountPath: /tmp }
            volumes:
              - { name: tmp-dir, emptyDir: {} }
      ---
      apiVersion: apiregistration.k8s.io/v1
      kind: APIService
      metadata:
        name: v1beta1.metrics.k8s.io
        labels: { k8s-app: metrics-server }
      spec:
        group: metrics.k8s.io
        version: v1beta1
        groupPriorityMinimum: 100
        versionPriority: 100
        insecureSkipTLSVerify: true
        service: { name: metrics-server, namespace: kube-system }
      """
    And namespace "market"
    And these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: quotes, namespace: market, labels: {app: quotes}}
      spec:
        replicas: 1
        selector: {matchLabels: {app: quotes}}
        template:
          metadata:
            labels: {app: quotes}
            annotations: {kubedrill.io/usage.web: "{cpu: 180m, memory: 30Mi}"}
          spec:
            terminationGracePeriodSeconds: 5
            containers:
              - {name: web, image: "nginx:1.27", resources: {requests: {cpu: 100m, memory: 64Mi}}}
              - {name: shipper, image: "busybox:1.36", command: [sleep, infinity]}
      ---
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: quotes, namespace: market}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: quotes}
        minReplicas: 1
        maxReplicas: 5
        metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]
      """
    And 10 minutes pass
    And this moment is remembered as "the beginning"
