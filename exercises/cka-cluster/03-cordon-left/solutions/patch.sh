#!/bin/sh
kubectl patch node worker-2 -p '{"spec":{"unschedulable":null}}'
