#!/bin/sh
kubectl patch cronjob backup -n safe -p '{"spec":{"concurrencyPolicy":"Forbid"}}'
