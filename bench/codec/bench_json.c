/* JSON: CPU time to write and to read a page of products, about 5 KB, as a service answers it. The
 * best of many batches, since other work on the machine only ever adds. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifdef HAVE_CJSON
#include <cjson/cJSON.h>
#endif

#include "base/clock.h"
#include "codec/json.h"

enum { PRODUCTS = 12, BATCHES = 60, ROUNDS = 400 };

static void write_product(JsonWriter *w, int index)
{
    json_begin_object(w);
    json_field_string(w, "id", STR("0190a5b4-7c3e-7d10-9a2b-3c4d5e6f7a8b"));
    json_field_string(w, "name", STR("Wireless headphones with \"noise cancelling\""));
    json_field_string(w, "slug", STR("wireless-headphones-noise-cancelling"));
    json_field_string(
        w, "description", STR("Kablosuz kulaklık, uzun pil ömrü ve hızlı şarj ile gelir.")
    );
    json_field_string(w, "currency", STR("TRY"));
    json_field_int(w, "base_price", 129900 + index);
    json_field_string(w, "status", STR("published"));
    json_key(w, "rating");
    json_double(w, 4.25);
    json_key(w, "brand_id");
    json_null(w);
    json_key(w, "tags");
    json_begin_array(w);
    json_string(w, STR("audio"));
    json_string(w, STR("wireless"));
    json_end_array(w);
    json_field_bool(w, "is_active", true);
    json_field_string(w, "created_at", STR("2026-01-02T03:04:05.678901Z"));
    json_end_object(w);
}

static void write_page(StrBuf *out)
{
    JsonWriter w = json_writer(out, 0);
    json_begin_object(&w);
    json_key(&w, "data");
    json_begin_array(&w);
    for (int i = 0; i < PRODUCTS; i++) {
        write_product(&w, i);
    }
    json_end_array(&w);
    json_field_int(&w, "total_count", 1234);
    json_end_object(&w);
}

static int64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

typedef struct Bench {
    StrBuf page;
    Arena *arena;
    void *peer_tree;
} Bench;

static void write_once(Bench *bench)
{
    strbuf_clear(&bench->page);
    write_page(&bench->page);
}

static void read_once(Bench *bench)
{
    Node *root = NULL;
    arena_clear(bench->arena);
    if (json_read_str(bench->arena, strbuf_str(&bench->page), NULL, &root, NULL) != 0) {
        abort();
    }
}

#ifdef HAVE_CJSON
static void peer_write_once(Bench *bench)
{
    free(cJSON_PrintUnformatted(bench->peer_tree));
}

static void peer_read_once(Bench *bench)
{
    cJSON_Delete(cJSON_ParseWithLength(bench->page.ptr, bench->page.len));
}
#endif

/* Returns the nanoseconds of one. */
static double measure(const char *what, Bench *bench, void (*once)(Bench *bench))
{
    int64_t best_ns = INT64_MAX;
    for (int batch = 0; batch < BATCHES; batch++) {
        int64_t from = cpu_ns();
        for (int i = 0; i < ROUNDS; i++) {
            once(bench);
        }
        int64_t spent = cpu_ns() - from;
        best_ns = spent < best_ns ? spent : best_ns;
    }
    double each_ns = (double) best_ns / ROUNDS;
    double rate = (double) bench->page.len / each_ns * 1000;
    (void) printf("%-12s %zu bytes", what, bench->page.len);
    (void) printf("  %6.2f us  %5.0f MB/s\n", each_ns / 1000, rate);
    return each_ns;
}

static void measure_all(Bench *bench)
{
    double write_ns = measure("write", bench, write_once);
    double read_ns = measure("read", bench, read_once);
#ifdef HAVE_CJSON
    bench->peer_tree = cJSON_ParseWithLength(bench->page.ptr, bench->page.len);
    double peer_write_ns = measure("cJSON write", bench, peer_write_once);
    double peer_read_ns = measure("cJSON read", bench, peer_read_once);
    cJSON_Delete(bench->peer_tree);
    (void) printf("cJSON takes %.1f times as long to write", peer_write_ns / write_ns);
    (void) printf(" and %.1f times as long to read\n", peer_read_ns / read_ns);
#else
    (void) printf("a page in %.2f us; no peer: cJSON isn't here\n", (write_ns + read_ns) / 1000);
#endif
}

int main(void)
{
    Bench bench = { .page = STRBUF_INIT, .arena = arena_new(128 << 10) };
    measure_all(&bench);
    arena_free(bench.arena);
    strbuf_done(&bench.page);
    return 0;
}
