#!/bin/sh
kubectl set resources deployment aggregator -n stats --limits=memory=224Mi
