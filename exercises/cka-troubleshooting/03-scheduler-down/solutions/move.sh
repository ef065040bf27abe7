#!/bin/sh
# Away, repaired, and back.
kubedrill ssh cp-1 <<'END'
cd /etc/kubernetes
mv manifests/kube-scheduler.yaml .
sed -i 's#scheduler.config$#scheduler.conf#' kube-scheduler.yaml
mv kube-scheduler.yaml manifests/
END
