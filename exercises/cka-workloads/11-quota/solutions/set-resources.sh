#!/bin/sh
kubectl set resources deployment frames -n render --requests=cpu=250m,memory=100Mi
