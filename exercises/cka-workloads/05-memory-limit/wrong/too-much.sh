#!/bin/sh
# More than the ceiling: no new Pod is admitted.
kubectl set resources deployment aggregator -n stats --limits=memory=512Mi
