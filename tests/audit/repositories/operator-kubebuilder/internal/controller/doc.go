// Package controller reconciles Memcacheds.
package controller
