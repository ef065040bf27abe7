#!/bin/sh
# The Service gets the name that was asked for, and loses its own.
kubectl delete service forum-database -n forum
kubectl expose deployment postgres -n forum --port=5432
