Feature: Set-up

  Scenario: Two requests that nobody has looked at
    Given namespace "web"
    And a Deployment "web/site" of image "nginx:1.27" with 2 replicas
    And these manifests are applied:
      """yaml
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRoleBinding
      metadata: {name: platform-admins}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
      subjects: [{kind: Group, name: platform-admins, apiGroup: rbac.authorization.k8s.io}]
      ---
      apiVersion: certificates.k8s.io/v1
      kind: CertificateSigningRequest
      metadata: {name: mira}
      spec:
        signerName: kubernetes.io/kube-apiserver-client
        usages: [client auth]
        request: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIWE1IOENBUUF3SFRFTU1Bb0dBMVVFQ2d3RGQyVmlNUTB3Q3dZRFZRUUREQVJ0YVhKaE1Ga3dFd1lIS29aSQp6ajBDQVFZSUtvWkl6ajBEQVFjRFFnQUU0K1I3SDBHcHRxcEZRMDdtMFFVWURRalYraWpsaUtZb0Z4Zm94SWprCkFEeXJlT0NaSHpZdExyUlZaQzgya0FNVXdtNTFVcThPM3V1MGV2dnJiQWRjcTZBQU1Bb0dDQ3FHU000OUJBTUMKQTBnQU1FVUNJUUR3aVVwN2tZcGc4WWpxbXJTaFFKR0plNjVCUVMrYmE3Y3ZBWTBFK2FzOFlnSWdUdHVKTjRjNQpRbUc5YmZ3bElhazhhcFJ0VHp2Ri8rSytnNnkyUC9IbHUyWT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==
      ---
      apiVersion: certificates.k8s.io/v1
      kind: CertificateSigningRequest
      metadata: {name: kim}
      spec:
        signerName: kubernetes.io/kube-apiserver-client
        usages: [client auth]
        request: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIak1JR0tBZ0VBTUNneEdEQVdCZ05WQkFvTUQzQnNZWFJtYjNKdExXRmtiV2x1Y3pFTU1Bb0dBMVVFQXd3RAphMmx0TUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFYTdBZ2Y1Z1VVdGp4a1dSNVdCU0VyTHhYCmo4VkcvQmt4T3o2UytrcU8zZkF1ZEo3cThjcHRxazFwajNtd1RlWU5Oc2wyQTBmaDF0aTBiYjc1b1ExVk02QUEKTUFvR0NDcUdTTTQ5QkFNQ0EwZ0FNRVVDSURGc1hNVVo5V2pvS2Zxd1RSZ2NrU0FMUmV1OC9BeWV1MmtJWHVRdwpZdGlCQWlFQXlnSFNqeFZKTzFTVmdHMFVNMFNBTUlpTmNoOFB4MHF5ZVdEKzdRRnlXdTg9Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=
      """
    And 10 minutes pass
    And this moment is remembered as "the beginning"
