package main

const path = "/health/ready"

var routes = []string{"pulse/", "beat/"}
