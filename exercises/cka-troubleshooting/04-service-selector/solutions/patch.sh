#!/bin/sh
kubectl patch service orders -n trade -p '{"spec":{"selector":{"app":"orders"}}}'
