#!/bin/sh
kubectl patch service orders -n kiosk -p '{"spec":{"externalTrafficPolicy":"Cluster","ports":[{"port":80,"nodePort":30080}]}}'
