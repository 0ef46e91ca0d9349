package main

const listen = ":8080"
