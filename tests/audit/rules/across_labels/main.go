package main

import "github.com/prometheus/client_golang/prometheus"

var orders = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "shop_orders_total"}, []string{"status", "orderKind"})

// http.route is a label by way of the semantic conventions
