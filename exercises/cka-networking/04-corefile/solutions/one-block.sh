#!/bin/sh
# The same names in the cluster's own block; the Pods come back by themselves.
cat > /tmp/Corefile <<'END'
.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    hosts {
       10.30.0.80 intranet.corp.example
       fallthrough
    }
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}
END
kubectl create configmap coredns -n kube-system --from-file=Corefile=/tmp/Corefile --dry-run=client -o yaml | kubectl replace -f -
kubectl delete pods -n kube-system -l k8s-app=kube-dns
