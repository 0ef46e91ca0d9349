/* Place: where a stack lives: its directories, its socket, its ports. Everything that differs
 * between two checkouts of one catalog is derived here and nowhere else. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"

#include "model/catalog.h"

/* A port of the catalog and what stands in for it here. */
typedef struct PlacePort {
    int64_t wanted, given;
} PlacePort;

typedef struct Place {
    Str platform;
    Str root;       /* the catalog's directory, absolute */
    Str state_dir;  /* root/.slipway */
    Str log_dir;    /* state_dir/logs */
    Str secret_dir; /* state_dir/secrets */
    Str data_dir;   /* state_dir/data; as root /var/lib/slipway/<platform>, isolated …@<id> */
    Str cache_dir;  /* $XDG_CACHE_HOME/slipway; as root /var/cache/slipway */
    Str state_path, lock_path;
    Str isolation_path; /* state_dir/isolated.json: there when this checkout is isolated */
    Str socket_path;    /* short enough for a socket address */
    Str id;             /* 16 hexadecimal digits of root's digest */
    Str marker;         /* "SLIPWAY_STACK=<id>/": begins the marker of every child */
    uint64_t mark; /* of this stack's processes (loop/process.h); the last 16 bits say which node */
    bool as_root;
    bool is_isolated;     /* ports and data of its own, see isolation.h */
    VEC(PlacePort) ports; /* isolated: what the catalog's ports are here */
} Place;

/* All texts on the arena; nothing is made. `project` (may be NULL) stands in for the platform's
 * name. A checkout that was isolated before is so again. */
int place_init(Arena *arena, const Catalog *catalog, const char *project, Place *ret, Error *err);
/* Makes state_dir and what lies in it (0700 where it matters), with a .gitignore. */
int place_make(const Place *place, Error *err);
/* Where a resource keeps its data. */
Str place_data_of(Arena *arena, const Place *place, Str resource);
/* Gives it data of its own, apart from the platform's (as root: else they are anyway). */
void place_isolate(Arena *arena, Place *place);
/* The port that a node's port has on this machine. */
int64_t place_port(const Place *place, const Port *port);
/* Marker of one node: "SLIPWAY_STACK=<id>/<name>". */
Str place_marker_of(Arena *arena, const Place *place, Str node);
#define PLACE_MARK_OF_STACK (~(uint64_t) 0xffff) /* the bits of a mark that all its nodes share */
/* Mark of the node at `index` in the plan. */
uint64_t place_mark_of(const Place *place, size_t index);

/* The account that servers run as when slipway is root: the first of `wanted` and "nobody" that
 * exists. */
Str place_account(Arena *arena, const Place *place, const char *wanted);
/* Makes a directory 0700 owned by that account (empty: the caller's), with its parents reachable
 * for it. */
int place_make_owned(const Place *place, Str path, Str account, Error *err);

/* Writes a file 0600 that the account (empty: the caller) owns. */
int place_write_owned(const Place *place, Str path, Str text, Str account, Error *err);

/* A secret's value: made at random on first use, kept in secret_dir (0600). */
int place_secret(Arena *arena, const Place *place, Str name, Str *ret_value, Error *err);
