#!/bin/sh
# A Secret that exists, but the wrong one.
kubectl patch deployment mailer -n post -p '{"spec":{"template":{"spec":{"volumes":[{"name":"account","secret":{"secretName":"smtp-test-account"}}]}}}}'
