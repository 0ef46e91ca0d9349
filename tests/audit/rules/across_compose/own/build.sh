#!/bin/sh
set -e
mkdir -p bin
go build -o bin/probe ./probe
cp "$(command -v agent)" agent
