package main

import (
	"net/http"
	"os"
)

func main() {
	dsn := os.Getenv("DATABASE_URL")
	_ = os.Getenv("LOG_LEVEL")
	http.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(dsn)) })
	_ = http.ListenAndServe(":8080", nil)
}
