Feature: Set-up

  Scenario: local-path-provisioner as Rancher's release installs it
    Given these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Namespace
      metadata:
        name: local-path-storage
      ---
      apiVersion: v1
      kind: ServiceAccount
      metadata:
        name: local-path-provisioner-service-account
        namespace: local-path-storage
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata:
        name: local-path-provisioner-role
        namespace: local-path-storage
      rules:
        - apiGroups: [""]
          resources: [pods]
          verbs: [get, list, watch, create, patch, update, delete]
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRole
      metadata:
        name: local-path-provisioner-role
      rules:
        - apiGroups: [""]
          resources: [nodes, persistentvolumeclaims, configmaps, pods, pods/log]
          verbs: [get, list, watch]
        - apiGroups: [""]
          resources: [persistentvolumes]
          verbs: [get, list, watch, create, patch, update, delete]
        - apiGroups: [""]
          resources: [events]
          verbs: [create, patch]
        - apiGroups: [storage.k8s.io]
          resources: [storageclasses]
          verbs: [get, list, watch]
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata:
        name: local-path-provisioner-bind
        namespace: local-path-storage
      roleRef:
        apiGroup: rbac.authorization.k8s.io
        kind: Role
        name: local-path-provisioner-role
      subjects:
        - kind: ServiceAccount
          name: local-path-provisioner-service-account
          namespace: local-path-storage
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRoleBinding
      metadata:
        name: local-path-provisioner-bind
      roleRef:
        apiGroup: rbac.authorization.k8s.io
        kind: ClusterRole
        name: local-path-provisioner-role
      subjects:
        - kind: ServiceAccount
          name: local-path-provisioner-service-account
          namespace: local-path-storage
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: local-path-provisioner
        namespace: local-path-storage
      spec:
        replicas: 1
        selector:
          matchLabels:
            app: local-path-provisioner
        template:
          metadata:
            labels:
              app: local-path-provisioner
          spec:
            serviceAccountName: local-path-provisioner-service-account
            containers:
              - name: local-path-provisioner
                image: docker.io/rancher/local-path-provisioner:v0.0.32
                imagePullPolicy: IfNotPresent
                command: [local-path-provisioner, --debug, start, --config, /etc/config/config.json]
                volumeMounts:
                  - name: config-volume
                    mountPath: /etc/config/
                env:
                  - name: POD_NAMESPACE
                    valueFrom:
                      fieldRef:
                        fieldPath: metadata.namespace
                  - name: CONFIG_MOUNT_PATH
                    value: /etc/config/
            volumes:
              - name: config-volume
                configMap:
                  name: local-path-config
      ---
      apiVersion: storage.k8s.io/v1
      kind: StorageClass
      metadata:
        name: local-path
        annotations:
          storageclass.kubernetes.io/is-default-class: "true"
      provisioner: rancher.io/local-path
      volumeBindingMode: WaitForFirstConsumer
      reclaimPolicy: Delete
      ---
      kind: ConfigMap
      apiVersion: v1
      metadata:
        name: local-path-config
        namespace: local-path-storage
      data:
        config.json: |-
          {"nodePathMap": [{"node": "DEFAULT_PATH_FOR_NON_LISTED_NODES", "paths": ["/opt/local-path-provisioner"]}]}
        setup: |-
          #!/bin/sh
          set -eu
          mkdir -m 0777 -p "$VOL_DIR"
        teardown: |-
          #!/bin/sh
          set -eu
          rm -rf "$VOL_DIR"
        helperPod.yaml: |-
          apiVersion: v1
          kind: Pod
          metadata:
            name: helper-pod
          spec:
            priorityClassName: system-node-critical
            tolerations:
              - {key: node.kubernetes.io/disk-pressure, operator: Exists, effect: NoSchedule}
            containers:
              - name: helper-pod
                image: docker.io/library/busybox
                imagePullPolicy: IfNotPresent
      """
    And Deployment "local-path-storage/local-path-provisioner" is Available within 1 minute

  Scenario: A claim of a class that another cluster had
    Given namespace "intranet"
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: notes-data, namespace: intranet}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: notes, namespace: intranet, labels: {app: notes}}
      spec:
        replicas: 1
        selector: {matchLabels: {app: notes}}
        template:
          metadata: {labels: {app: notes}}
          spec:
            containers:
              - {name: box, image: "busybox:1.37", command: [sleep, infinity], volumeMounts: [{name: data, mountPath: /notes}]}
            volumes: [{name: data, persistentVolumeClaim: {claimName: notes-data}}]
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: wiki-data, namespace: intranet}
      spec: {accessModes: [ReadWriteOnce], storageClassName: fast-ssd, resources: {requests: {storage: 2Gi}}}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: wiki, namespace: intranet, labels: {app: wiki}}
      spec:
        replicas: 1
        strategy: {type: Recreate}
        selector: {matchLabels: {app: wiki}}
        template:
          metadata: {labels: {app: wiki}}
          spec:
            containers:
              - name: box
                image: busybox:1.37
                command: [sh, -c, "echo welcome > /pages/index; sleep infinity"]
                volumeMounts: [{name: data, mountPath: /pages}]
            volumes: [{name: data, persistentVolumeClaim: {claimName: wiki-data}}]
      """
    And PersistentVolumeClaim "intranet/notes-data" is Bound within 2 minutes
    And 15 minutes pass
    And this moment is remembered as "the beginning"
