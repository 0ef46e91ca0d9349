// The product service's hot routes as a Go team would write them: net/http, pgx, encoding/json, slog. Same
// statements, tables and answers; a request line and counters as the chassis has them; no more.
//
//	twin PORT CONNINFO SQL_DIR
package main

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

const prefix = "/api/v1/products"

type product struct {
	ID          string          `json:"id"`
	Name        string          `json:"name"`
	Slug        string          `json:"slug"`
	Description string          `json:"description"`
	BrandID     *string         `json:"brand_id"`
	CategoryID  *string         `json:"category_id"`
	SellerID    *string         `json:"seller_id"`
	Status      string          `json:"status"`
	BasePrice   int64           `json:"base_price"`
	Currency    string          `json:"currency"`
	Metadata    json.RawMessage `json:"metadata"`
	CreatedAt   time.Time       `json:"created_at"`
	UpdatedAt   time.Time       `json:"updated_at"`
}

type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Slug string `json:"slug"`
}

type rating struct {
	Average float64 `json:"average"`
	Count   int64   `json:"count"`
}

type detail struct {
	product
	Images   json.RawMessage `json:"images"`
	Variants json.RawMessage `json:"variants"`
	Category *named          `json:"category"`
	Brand    *named          `json:"brand"`
	Rating   rating          `json:"rating"`
}

type item struct {
	product
	PrimaryImage json.RawMessage `json:"primary_image"`
}

type input struct {
	Name      string `json:"name"`
	BasePrice *int64 `json:"base_price"`
	Currency  string `json:"currency"`
}

type server struct {
	pool     *pgxpool.Pool
	sql      map[string]string
	secret   []byte
	requests atomic.Int64
	micros   atomic.Int64
	total    atomic.Int64 // of the list, for two seconds
	totalAt  atomic.Int64
}

func (s *server) fail(w http.ResponseWriter, status int, code string) {
	s.answer(w, status, map[string]any{"error": map[string]string{"code": code, "message": strings.ToLower(code)}})
}

func (s *server) answer(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"error":{"code":"INTERNAL_ERROR"}}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[6:])
	ms := uint64(time.Now().UnixMilli())
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	b[6], b[8] = b[6]&0x0f|0x70, b[8]&0x3f|0x80
	id := pgtype.UUID{Bytes: b, Valid: true}
	return id.String()
}

type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func (s *server) read(ctx context.Context, from querier, id string) (*detail, error) {
	var d detail
	var version, sum int64
	var brandName, brandSlug, categoryName, categorySlug *string
	err := from.QueryRow(ctx, s.sql["by_id"], id).Scan(&d.ID, &d.Name, &d.Slug, &d.Description, &d.BrandID, &d.CategoryID,
		&d.SellerID, &d.Status, &d.BasePrice, &d.Currency, &d.Metadata, &d.CreatedAt, &d.UpdatedAt, &version, &sum,
		&d.Rating.Count, &brandName, &brandSlug, &categoryName, &categorySlug, &d.Images, &d.Variants)
	if err != nil {
		return nil, err
	}
	if d.BrandID != nil {
		d.Brand = &named{*d.BrandID, *brandName, *brandSlug}
	}
	if d.CategoryID != nil {
		d.Category = &named{*d.CategoryID, *categoryName, *categorySlug}
	}
	if d.Rating.Count > 0 {
		d.Rating.Average = float64(sum) / float64(d.Rating.Count)
	}
	return &d, nil
}

func (s *server) get(w http.ResponseWriter, r *http.Request) {
	d, err := s.read(r.Context(), s.pool, r.PathValue("id"))
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		s.fail(w, http.StatusNotFound, "NOT_FOUND")
	case err != nil:
		s.fail(w, http.StatusInternalServerError, "INTERNAL_ERROR")
	default:
		w.Header().Set("ETag", `W/"`+strconv.FormatInt(d.UpdatedAt.UnixMicro(), 16)+"-"+d.ID+`"`)
		s.answer(w, http.StatusOK, map[string]any{"data": d})
	}
}

func (s *server) count(ctx context.Context) (int64, error) {
	now := time.Now().UnixMilli()
	if now-s.totalAt.Load() < 2000 {
		return s.total.Load(), nil
	}
	var total int64
	err := s.pool.QueryRow(ctx, "SELECT count(*) FROM products p WHERE p.deleted_at IS NULL AND p.status = 'published'").Scan(&total)
	if err == nil {
		s.total.Store(total)
		s.totalAt.Store(now)
	}
	return total, err
}

func (s *server) list(w http.ResponseWriter, r *http.Request) {
	page, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || page < 1 {
		page = 1
	}
	total, err := s.count(r.Context())
	if err != nil {
		s.fail(w, http.StatusInternalServerError, "INTERNAL_ERROR")
		return
	}
	rows, err := s.pool.Query(r.Context(), s.sql["page"], (page-1)*20)
	if err != nil {
		s.fail(w, http.StatusInternalServerError, "INTERNAL_ERROR")
		return
	}
	defer rows.Close()
	items := make([]item, 0, 20)
	for rows.Next() {
		var i item
		if err := rows.Scan(&i.ID, &i.Name, &i.Slug, &i.Description, &i.BrandID, &i.CategoryID, &i.SellerID, &i.Status,
			&i.BasePrice, &i.Currency, &i.Metadata, &i.CreatedAt, &i.UpdatedAt, &i.PrimaryImage); err != nil {
			s.fail(w, http.StatusInternalServerError, "INTERNAL_ERROR")
			return
		}
		items = append(items, i)
	}
	w.Header().Set("Cache-Control", "public, max-age=60")
	pages := (total + 19) / 20
	s.answer(w, http.StatusOK, map[string]any{"data": items, "total_count": total, "page": page, "per_page": 20,
		"total_pages": pages, "has_next": int64(page) < pages})
}

func (s *server) authorized(r *http.Request) bool {
	token, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	parts := strings.Split(token, ".")
	if !found || len(parts) != 3 {
		return false
	}
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte(parts[0] + "." + parts[1]))
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !hmac.Equal(signature, mac.Sum(nil)) {
		return false
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		Role string `json:"role"`
		Exp  int64  `json:"exp"`
	}
	return err == nil && json.Unmarshal(text, &claims) == nil && claims.Role == "admin" && claims.Exp > time.Now().Unix()
}

func (s *server) create(ctx context.Context, in *input) (*detail, error) {
	tx, err := s.pool.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	id := newID()
	slug := strings.ToLower(strings.ReplaceAll(in.Name, " ", "-"))
	if _, err := tx.Exec(ctx, s.sql["insert"], id, in.Name, slug, *in.BasePrice); err != nil {
		return nil, err
	}
	d, err := s.read(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	event := newID()
	payload, err := json.Marshal(map[string]any{"event_id": event, "event_type": "ecommerce.product.created",
		"aggregate_id": id, "aggregate_type": "product", "version": 1, "timestamp": time.Now().UTC(), "data": d})
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, s.sql["outbox"], event, id, string(payload)); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, "SELECT pg_notify('outbox', '')"); err != nil {
		return nil, err
	}
	return d, tx.Commit(ctx)
}

func (s *server) post(w http.ResponseWriter, r *http.Request) {
	var in input
	if !s.authorized(r) {
		s.fail(w, http.StatusUnauthorized, "UNAUTHORIZED")
		return
	}
	body := http.MaxBytesReader(w, r.Body, 1<<20)
	if err := json.NewDecoder(body).Decode(&in); err != nil || in.Name == "" || in.BasePrice == nil || len(in.Currency) != 3 {
		s.fail(w, http.StatusBadRequest, "VALIDATION_ERROR")
		return
	}
	d, err := s.create(r.Context(), &in)
	if err != nil {
		s.fail(w, http.StatusInternalServerError, "INTERNAL_ERROR")
		return
	}
	s.answer(w, http.StatusCreated, map[string]any{"data": d})
}

type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (s *server) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		correlation := r.Header.Get("X-Correlation-ID")
		if correlation == "" {
			correlation = newID()
		}
		w.Header().Set("X-Correlation-ID", correlation)
		ctx, cancel := context.WithTimeout(r.Context(), 12*time.Second)
		defer cancel()
		recorded := &recorder{w, http.StatusOK}
		next.ServeHTTP(recorded, r.WithContext(ctx))
		spent := time.Since(start)
		s.requests.Add(1)
		s.micros.Add(spent.Microseconds())
		slog.LogAttrs(ctx, slog.LevelInfo, "request", slog.String("correlation_id", correlation),
			slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.String("route", r.Pattern),
			slog.Int("status", recorded.status), slog.Float64("duration_ms", float64(spent.Microseconds())/1000),
			slog.String("remote_addr", r.RemoteAddr), slog.String("user_agent", r.UserAgent()))
	})
}

func statements(directory string) map[string]string {
	all := map[string]string{}
	files, _ := filepath.Glob(filepath.Join(directory, "*.sql"))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".sql")] = string(text)
	}
	return all
}

func main() {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, nil)))
	config, err := pgxpool.ParseConfig(os.Args[2])
	if err != nil {
		panic(err)
	}
	config.MaxConns = 10
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		panic(err)
	}
	s := &server{pool: pool, sql: statements(os.Args[3]), secret: []byte(os.Getenv("JWT_SECRET"))}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+prefix, s.list)
	mux.HandleFunc("GET "+prefix+"/{id}", s.get)
	mux.HandleFunc("POST "+prefix, s.post)
	mux.HandleFunc("GET /health/ready", func(w http.ResponseWriter, r *http.Request) {
		if pool.Ping(r.Context()) != nil {
			s.fail(w, http.StatusServiceUnavailable, "SERVICE_UNAVAILABLE")
			return
		}
		s.answer(w, http.StatusOK, map[string]string{"status": "up"})
	})
	web := &http.Server{Addr: "127.0.0.1:" + os.Args[1], Handler: s.observed(mux), ReadHeaderTimeout: 10 * time.Second}
	if err := web.ListenAndServe(); err != nil {
		panic(err)
	}
}
