package main

import "os"

func main() {
	_ = os.Getenv("DATABASE_URL") + os.Getenv("CACHE_URL") + os.Getenv("LOG_LEVEL") + os.Getenv("VERBOSE") + os.Getenv("MODE")
	prefixed("QUEUE_")
}
