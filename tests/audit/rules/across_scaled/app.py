from prometheus_client import Gauge

BACKLOG = Gauge("orders_backlog", "Orders that wait")
