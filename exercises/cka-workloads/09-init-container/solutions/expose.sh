#!/bin/sh
kubectl expose deployment postgres -n forum --port=5432
