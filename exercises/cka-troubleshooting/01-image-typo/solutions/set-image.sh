#!/bin/sh
kubectl set image deployment/catalog web=nginx:1.27 -n shop
