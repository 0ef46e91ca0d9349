package main

const metrics = "/metrics"
