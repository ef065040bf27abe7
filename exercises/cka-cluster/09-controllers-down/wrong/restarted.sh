#!/bin/sh
# The node starts anew, with the same manifest.
kubedrill ssh cp-1 reboot
kubedrill skip 5m
