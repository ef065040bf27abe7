#!/bin/sh
# Away, repaired, and back; the directory that came by mistake goes.
kubedrill ssh cp-1 <<'END'
mv /etc/kubernetes/manifests/kube-controller-manager.yaml /root/kcm.yaml
sleep 30
sed -i 's#path: /etc/kubernetes/pki-old#path: /etc/kubernetes/pki#' /root/kcm.yaml
mv /root/kcm.yaml /etc/kubernetes/manifests/kube-controller-manager.yaml
rmdir /etc/kubernetes/pki-old
END
kubedrill skip 2m
