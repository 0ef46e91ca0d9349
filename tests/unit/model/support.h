/* A catalog from text: written to a folder of its own, loaded, and removed with the test. */
#pragma once

#include <errno.h>
#include <stdlib.h>

#include "base/fs.h"

#include "model/catalog.h"
#include "unit.h"

typedef struct Loaded {
    Arena *arena;
    char directory[64];
    Catalog *catalog;
    DiagList diags;
    Error err;
    int rc;
} Loaded;

static inline void write_file(const char *directory, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    Error err = ERROR_INIT;
    if (fs_write_atomic(path, str_from(text), 0644, &err) < 0) {
        fail_msg("%s", err.message);
    }
}

static inline Loaded *loaded_new(const char *text)
{
    Arena *arena = arena_new(0);
    Loaded *loaded = ARENA_NEW(arena, Loaded);
    *loaded =
        (Loaded) { .arena = arena, .directory = "/tmp/catalog-XXXXXX", .diags = DIAG_LIST(arena) };
    assert_non_null(mkdtemp(loaded->directory));
    write_file(loaded->directory, "slipway.yaml", text);
    return loaded;
}

static inline void loaded_read(Loaded *loaded, const char *environment, const char *set)
{
    CatalogQuery query = { .directory = loaded->directory,
                           .environment = environment,
                           .sets = &set,
                           .set_count = set ? 1 : 0 };
    loaded->rc =
        catalog_load(loaded->arena, &query, &loaded->catalog, &loaded->diags, &loaded->err);
}

static inline Loaded *load(const char *text)
{
    Loaded *loaded = loaded_new(text);
    loaded_read(loaded, NULL, NULL);
    return loaded;
}

static inline void loaded_free(Loaded *loaded)
{
    fs_remove_tree(loaded->directory, NULL);
    arena_free(loaded->arena);
}

/* The finding of that rule, or NULL. */
static inline const Diag *finding(const Loaded *loaded, const char *rule)
{
    vec_foreach(diag, &loaded->diags.diags) {
        if (str_eq_cstr(diag->rule, rule)) {
            return diag;
        }
    }
    return NULL;
}

/* Every test ends without findings unless it looks for them. */
static inline void assert_clean(const Loaded *loaded)
{
    if (loaded->rc != 0) {
        StrBuf out = STRBUF_ON_ARENA(loaded->arena);
        diag_render(&out, &loaded->diags, &(DiagStyle) { 0 });
        fail_msg("%s%s", loaded->err.message, out.ptr ? out.ptr : "");
    }
}

#define HEAD "slipway: 1\nplatform: shop\n"
