#!/bin/sh
kubectl patch deployment mailer -n post -p '{"spec":{"template":{"spec":{"volumes":[{"name":"account","secret":{"secretName":"smtp-account"}}]}}}}'
