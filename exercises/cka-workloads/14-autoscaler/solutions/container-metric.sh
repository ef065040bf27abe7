#!/bin/sh
# Only the web server counts.
kubectl patch hpa quotes -n market --type=merge -p '{"spec":{"metrics":[{"type":"ContainerResource","containerResource":{"name":"cpu","container":"web","target":{"type":"Utilization","averageUtilization":60}}}]}}'
