#!/bin/sh
# The program comes to the Service instead.
kubectl patch deployment oven -n bakery -p '{"spec":{"template":{"spec":{"containers":[{"name":"oven","args":["-text=bread","-listen=:80"],"ports":[{"$patch":"replace"},{"name":"web","containerPort":80}],"readinessProbe":{"httpGet":{"port":80}}}]}}}}'
