// Package v1alpha1 has the types of cache.acme.io.
package v1alpha1
