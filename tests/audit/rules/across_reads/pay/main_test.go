package main

var fixture = mustEnv("PAY_FIXTURE")
