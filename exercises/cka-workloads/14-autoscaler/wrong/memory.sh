#!/bin/sh
# Measured, but not what follows the load.
kubectl patch hpa quotes -n market --type=merge -p '{"spec":{"metrics":[{"type":"Resource","resource":{"name":"memory","target":{"type":"AverageValue","averageValue":"200Mi"}}}]}}'
