#!/bin/sh
kubedrill ssh worker-1 <<'END'
systemctl start kubelet
systemctl enable kubelet
END
