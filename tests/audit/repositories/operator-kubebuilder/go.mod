module github.com/acme/cache-operator

go 1.22.0
