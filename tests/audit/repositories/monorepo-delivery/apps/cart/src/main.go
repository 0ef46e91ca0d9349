package main

import (
	"log"
	"net/http"
	"os"

	"github.com/prometheus/client_golang/prometheus"
)

var added = prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "cart", Name: "items_added_total"}, []string{"kind"})
var seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "cart_request_duration_seconds"}, []string{"route", "code"})

func mustEnv(name string) string {
	value := os.Getenv(name)
	if value == "" {
		log.Fatalf("%s is not set", name)
	}
	return value
}

func main() {
	db := mustEnv("DATABASE_URL")
	redis := os.Getenv("REDIS_ADDR")
	http.HandleFunc("/healthz", nil)
	http.HandleFunc("/readyz", nil)
	log.Print(db, redis, os.Getenv("LOG_LEVEL"))
}
