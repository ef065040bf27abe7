#!/bin/sh
kubectl uncordon worker-2
