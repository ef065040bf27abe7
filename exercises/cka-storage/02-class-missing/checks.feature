Feature: Checks

  @criterion:bound
  Scenario: The wiki runs on a provisioned volume, and still does half an hour later
    Then exactly 1 Pod of Deployment "intranet/wiki" is Ready within 3 minutes
    And Deployment "intranet/wiki" matches:
      """yaml
      spec: {replicas: 1, template: {spec: {volumes: [{name: data, persistentVolumeClaim: {claimName: wiki-data}}]}}}
      """
    And PersistentVolumeClaim "intranet/wiki-data" matches:
      """yaml
      metadata: {annotations: {volume.kubernetes.io/storage-provisioner: rancher.io/local-path}}
      spec: {resources: {requests: {storage: 2Gi}}}
      status: {phase: Bound}
      """
    When 30 minutes pass
    Then exactly 1 Pod of Deployment "intranet/wiki" is Ready
    And PersistentVolumeClaim "intranet/wiki-data" is Bound

  @criterion:data
  Scenario: Another Pod of the claim finds what the wiki wrote
    Given exactly 1 Pod of Deployment "intranet/wiki" is Ready within 3 minutes
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: grader, namespace: intranet}
      spec:
        containers:
          - {name: c, image: "busybox:1.37", command: [sh, -c, "cat /pages/index; sleep infinity"], volumeMounts: [{name: data, mountPath: /pages}]}
        volumes: [{name: data, persistentVolumeClaim: {claimName: wiki-data}}]
      """
    Then Pod "intranet/grader" is Running within 2 minutes
    And the log of Pod "intranet/grader" contains "welcome"

  @criterion:others
  Scenario: A claim without a class still gets the default one, and the notes keep theirs
    Then StorageClass "local-path" was not recreated since "the beginning"
    And PersistentVolumeClaim "intranet/notes-data" was not recreated since "the beginning"
    And field "spec" of PersistentVolumeClaim "intranet/notes-data" did not change since "the beginning"
    When these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: grader, namespace: intranet}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """
    Then field "spec.storageClassName" of PersistentVolumeClaim "intranet/grader" is "local-path" within 5 seconds
