package main

import "os"

func main() {
	_ = os.Getenv("DATABASE_URL") + os.Getenv("CACHE_URL") + os.Getenv("LOG_LEVEL") + os.Getenv("VERBOSE") + os.Getenv("MODE") + os.Getenv("SHOP_K8S_PEER_PORT")
	prefixed("QUEUE_")
}
