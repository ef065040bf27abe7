#!/bin/sh
# A fifth of a core, written the other way.
kubectl patch deployment invoices -n billing -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","resources":{"requests":{"cpu":"0.2"}}}]}}}}'
