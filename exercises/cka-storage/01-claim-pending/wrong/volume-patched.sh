#!/bin/sh
# The volume is made to promise what the disk cannot do.
kubectl patch pv disk-archive -p '{"spec":{"accessModes":["ReadWriteOnce","ReadWriteMany"]}}'
