#!/bin/sh
# Will run after the next reboot; it does not run now.
kubedrill ssh worker-1 systemctl enable kubelet
