package main

// web-tls is made by hand
const secretName = "web-webhook"
