package controller

// MemcachedReconciler brings the cluster to what a Memcached asks for.
type MemcachedReconciler struct{}
