/* NativeDriver: how a kind of node becomes a process of this machine. One driver a file; the table
 * is in driver.c.
 *
 * How to add one: write native/<kind>.c with its NativeDriver, name it in driver.c's table and in
 * stack/meson.build. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "loop/loop.h"

#include "stack/env.h"
#include "stack/place.h"
#include "stack/plan.h"
#include "stack/probe.h"

typedef struct NativeContext {
    Loop *loop;
    Arena *arena; /* of this run: what is returned lives on it */
    const Place *place;
    const EnvContext *env;
    const PlanNode *node;
    /* Says what is being done and how far it is; copied. */
    void (*progress)(void *arg, const char *format, ...) __attribute__((format(printf, 2, 3)));
    void *progress_arg;
} NativeContext;

typedef struct NativeCommand {
    const char *const *argv;
    const char *const *envp;
    const char *directory;
    const char *user; /* NULL: unchanged */
    int stop_signal;
    bool stop_leader_only; /* the server itself ends its children */
    Str version;           /* of the server, where it is known */
} NativeCommand;

typedef struct NativeDriver {
    /* Says in `err` what is missing on this machine and how to get it; NULL: never lacks anything.
     * Blocks but shortly: it is asked before anything starts. */
    int (*check)(const NativeContext *ctx, Error *err);
    /* What would run, when nothing is missing: "Postgres 15 (the catalog says 16)"; NULL: nothing to
     * say. */
    Str (*describe)(const NativeContext *ctx);
    /* Fiber: makes ready what the process needs (data, programs) and says how to start it. */
    int (*prepare)(NativeContext *ctx, NativeCommand *ret_command, Error *err);
    /* Fiber: once a run, after the first good probe and before it counts; NULL: nothing. */
    int (*settle)(NativeContext *ctx, Error *err);
    /* The probe where the catalog names none; NULL: none. */
    void (*probe)(const NativeContext *ctx, ProbeSpec *ret_spec);
} NativeDriver;

/* NULL when this kind can't run natively. */
const NativeDriver *native_driver_of(const PlanNode *node);

extern const NativeDriver native_service; /* services and tasks */
extern const NativeDriver native_postgres;
extern const NativeDriver native_redis;
extern const NativeDriver native_kafka;

/* ---- helpers that drivers share (tool.c) ---- */

/* Fiber: runs a tool to its end as `user` (NULL: unchanged) with a deadline; when it fails, the
 * first line of its output that names a failure stands in the error, else the last one. */
typedef struct ToolRun {
    const char *const *argv;
    const char *const *envp; /* NULL: this process's */
    const char *directory;
    const char *user;
    Str input;
    int64_t timeout_ms;
} ToolRun;
int tool_run(NativeContext *ctx, const ToolRun *run, Str *ret_output, Error *err);
/* The probe that the node's `health` asks for; kind PROBE_NONE when it asks for none. */
int probe_of_health(
    const NativeContext *ctx, const Health *health, ProbeSpec *ret_spec, Error *err
);
/* Port `index` of the node on this machine. */
int64_t native_port(const NativeContext *ctx, size_t index);
/* An environment of a server: PATH, HOME, LANG=C.UTF-8, TZ=UTC, the stack's marker. */
const char *const *native_server_env(const NativeContext *ctx, const char *home);
