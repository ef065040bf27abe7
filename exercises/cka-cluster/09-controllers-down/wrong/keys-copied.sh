#!/bin/sh
# Runs, with a second set of keys.
kubedrill ssh cp-1 "rmdir /etc/kubernetes/pki-old; cp -r /etc/kubernetes/pki /etc/kubernetes/pki-old"
kubedrill skip 7m
