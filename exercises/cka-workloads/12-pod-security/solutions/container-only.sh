#!/bin/sh
# All of it at the container.
kubectl patch deployment archive -n records -p '{"spec":{"template":{"spec":{"containers":[{"name":"server","securityContext":{"runAsNonRoot":true,"runAsUser":65534,"seccompProfile":{"type":"RuntimeDefault"},"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}]}}}}'
