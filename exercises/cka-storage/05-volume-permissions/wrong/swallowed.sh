#!/bin/sh
# The program no longer minds that it cannot write.
kubectl patch deployment collector -n metrics --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/command","value":["sh","-c","echo begin >> /data/samples.log; echo collecting; sleep 31536000"]}]'
