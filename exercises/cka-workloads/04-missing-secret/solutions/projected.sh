#!/bin/sh
# A projected volume brings the same files.
kubectl patch deployment mailer -n post --type=json -p '[{"op":"replace","path":"/spec/template/spec/volumes/0","value":{"name":"account","projected":{"sources":[{"secret":{"name":"smtp-account"}}]}}}]'
