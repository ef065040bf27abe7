#!/bin/sh
kubectl set resources deployment frames -n render --requests=memory=100Mi
kubectl patch resourcequota team -n render -p '{"spec":{"hard":{"requests.cpu":"4"}}}'
