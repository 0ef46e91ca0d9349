#!/bin/sh
kubectl create secret generic by-script --from-literal=a="$A"
