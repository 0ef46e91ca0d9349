package main

const grpcPort = 50051
