#!/bin/sh
kubectl patch deployment reports -n office -p '{"spec":{"template":{"spec":{"nodeSelector":{"disktype":"ssd"}}}}}'
