Feature: Set-up

  Scenario: A claim deleted while somebody uses it
    Given namespace "photos"
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: disk-scratch}
      spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /srv/scratch}, claimRef: {namespace: photos, name: scratch}}
      ---
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: disk-gallery}
      spec: {capacity: {storage: 5Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /srv/gallery}, claimRef: {namespace: photos, name: gallery}}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: scratch, namespace: photos}
      spec: {accessModes: [ReadWriteOnce], storageClassName: "", resources: {requests: {storage: 1Gi}}}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: gallery, namespace: photos}
      spec: {accessModes: [ReadWriteOnce], storageClassName: "", resources: {requests: {storage: 5Gi}}}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: viewer, namespace: photos, labels: {app: viewer}}
      spec:
        replicas: 1
        strategy: {type: Recreate}
        selector: {matchLabels: {app: viewer}}
        template:
          metadata: {labels: {app: viewer}}
          spec:
            containers: [{name: web, image: "nginx:1.27", volumeMounts: [{name: thumbnails, mountPath: /var/thumbnails}]}]
            volumes: [{name: thumbnails, persistentVolumeClaim: {claimName: scratch}}]
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: gallery, namespace: photos, labels: {app: gallery}}
      spec:
        replicas: 1
        strategy: {type: Recreate}
        selector: {matchLabels: {app: gallery}}
        template:
          metadata: {labels: {app: gallery}}
          spec:
            containers: [{name: web, image: "nginx:1.27", volumeMounts: [{name: pictures, mountPath: /var/pictures}]}]
            volumes: [{name: pictures, persistentVolumeClaim: {claimName: gallery}}]
      """
    And Deployment "photos/viewer" is Complete within 2 minutes
    And Deployment "photos/gallery" is Complete within 2 minutes
    When PersistentVolumeClaim "photos/scratch" is deleted
    And 1 hour passes
    Then PersistentVolumeClaim "photos/scratch" is Terminating
    And this moment is remembered as "the beginning"
