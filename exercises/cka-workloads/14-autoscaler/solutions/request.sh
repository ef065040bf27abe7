#!/bin/sh
kubectl set resources deployment quotes -n market -c shipper --requests=cpu=20m
