#!/bin/sh
kubectl set selector service orders app=orders -n trade
