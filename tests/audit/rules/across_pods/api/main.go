package main

const path = "/health/ready"
