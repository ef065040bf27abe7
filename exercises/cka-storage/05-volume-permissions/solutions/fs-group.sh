#!/bin/sh
kubectl patch deployment collector -n metrics -p '{"spec":{"template":{"spec":{"securityContext":{"fsGroup":1000}}}}}'
