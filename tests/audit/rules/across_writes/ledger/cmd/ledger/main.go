package main

import (
	"os"
	"path/filepath"
)

const spool = "/var/spool/ledger"

func main() {
	file, _ := os.Create("/data/ledger.db") // # also XA028
	_ = file.Close()
	_ = os.MkdirAll(spool, 0o750)
	log, _ := os.OpenFile("/var/log/ledger.log", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640) // # also XA028
	_ = log.Close()
	_ = os.WriteFile(filepath.Join("/var/spool/ledger", "last"), nil, 0o600) // # also XA028
	scratch, _ := os.MkdirTemp("", "ledger") // # also XA028
	_ = os.RemoveAll(scratch)
	// what is read, not said or not in the image's file system
	config, _ := os.OpenFile("/etc/ledger.conf", os.O_RDONLY, 0)
	_ = config.Close()
	_ = os.WriteFile("/dev/termination-log", nil, 0o600)
	_ = os.WriteFile("relative/file", nil, 0o600)
	_ = os.WriteFile(os.Getenv("LEDGER_OUT"), nil, 0o600)
	// os.Create("/commented/out")
}

func save(spool string) { _ = os.WriteFile("/var/spool/ledger/"+spool, nil, 0o600) }
