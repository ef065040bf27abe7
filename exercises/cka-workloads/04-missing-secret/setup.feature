Feature: Set-up

  Scenario: A volume of a Secret that has another name
    Given namespace "post"
    And these manifests are applied:
      """yaml
      apiVersion: v1
      kind: Secret
      metadata: {name: smtp-account, namespace: post, labels: {team: mail-server}}
      type: Opaque
      stringData: {username: mailer@example.test, password: winter-7}
      ---
      apiVersion: v1
      kind: Secret
      metadata: {name: smtp-test-account, namespace: post, labels: {team: quality}}
      type: Opaque
      stringData: {username: nobody@example.test, password: test}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: mailer-script, namespace: post}
      data:
        run.sh: |
          user=$(cat /etc/mailer/username) || exit 1
          password=$(cat /etc/mailer/password) || exit 1
          echo "signed in as $user (password $(echo -n "$password" | md5sum | cut -c1-6))"
          sleep infinity
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: mailer, namespace: post, labels: {app: mailer}}
      spec:
        replicas: 1
        selector: {matchLabels: {app: mailer}}
        template:
          metadata: {labels: {app: mailer}}
          spec:
            terminationGracePeriodSeconds: 2
            containers:
              - name: mailer
                image: "busybox:1.36"
                command: [sh, /opt/run.sh]
                volumeMounts:
                  - {name: account, mountPath: /etc/mailer, readOnly: true}
                  - {name: script, mountPath: /opt}
            volumes:
              - {name: account, secret: {secretName: smtp-acount}}
              - {name: script, configMap: {name: mailer-script}}
      """
    And 15 minutes pass
    And this moment is remembered as "the beginning"
