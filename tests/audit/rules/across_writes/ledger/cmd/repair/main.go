package main

import "os"

func main() { _ = os.WriteFile("/repaired/by/hand", nil, 0o600) }
