#!/bin/sh
# Runs until the next reboot.
kubedrill ssh worker-1 systemctl start kubelet
