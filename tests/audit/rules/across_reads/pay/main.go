package main

import (
	"log"
	"os"
)

type settings struct {
	Brokers string `env:"PAY_BROKERS,required"`
	Ledger  string `yaml:"ledger" env:"LEDGER_URL,notEmpty"` // # want warning XA006
	Level   string `env:"LOG_LEVEL"`
}

func main() {
	key := os.Getenv("PAY_KEY") // # want warning XA006
	if key == "" {
		log.Fatal("PAY_KEY is not set")
	}
	mode := os.Getenv("PAY_MODE")
	if mode == "" {
		mode = "live"
	}
	limit, found := os.LookupEnv("PAY_LIMIT")
	if !found {
		limit = "10"
	}
	log.Print(key, mode, limit, os.Getenv("PAY_NOTE"))
}
