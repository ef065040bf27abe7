#!/bin/sh
# The volume may be empty: the container starts, and finds nothing.
kubectl patch deployment mailer -n post -p '{"spec":{"template":{"spec":{"volumes":[{"name":"account","secret":{"secretName":"smtp-acount","optional":true}}]}}}}'
