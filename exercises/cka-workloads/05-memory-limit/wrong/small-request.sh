#!/bin/sh
# Asks for next to nothing.
kubectl set resources deployment aggregator -n stats --requests=memory=1Mi --limits=memory=224Mi
