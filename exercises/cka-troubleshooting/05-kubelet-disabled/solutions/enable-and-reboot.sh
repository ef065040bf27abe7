#!/bin/sh
# Enabled, and the reboot starts it.
kubedrill ssh worker-1 "systemctl enable kubelet && reboot"
kubedrill skip 2m
