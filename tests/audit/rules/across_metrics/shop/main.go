package main

import "github.com/prometheus/client_golang/prometheus"

var orders = prometheus.NewCounter(prometheus.CounterOpts{Name: "shop_orders_total"})
var carts = prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "shop", Name: "open_carts"})

var latency = prometheus.NewHistogram(prometheus.HistogramOpts{
	Namespace: "shop", Subsystem: "slow_query_log", Name: "latency_seconds",
})

var (
	items = prometheus.NewCounter(prometheus.CounterOpts{Name: "depot_items_total"})
	wait  = stats.Float64("shelf/http/wait_time", "", stats.UnitMilliseconds)
)
