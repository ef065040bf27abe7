#!/bin/sh
# A disabled service does not come back with a reboot.
kubedrill ssh worker-1 reboot
kubedrill skip 2m
