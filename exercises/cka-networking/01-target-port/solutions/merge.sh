#!/bin/sh
# A strategic merge goes by the port's number; the port gets a name as well.
kubectl patch service oven -n bakery -p '{"spec":{"ports":[{"port":80,"name":"http","targetPort":"web"}]}}'
