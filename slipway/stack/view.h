/* View: the one snapshot of what is going on. ps, why, the state file, the control API and later
 * the dashboard show it and nothing else. It goes over the control socket as JSON and lies as
 * state.json on the disk: the same form, so what was last known of a stack that is gone reads like
 * one that runs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "codec/json.h"

#include "stack/machine.h"

typedef struct PortView {
    Str name;
    Str host;
    int64_t port;
} PortView;

/* What a node waits for. */
typedef struct NeedView {
    Str name;
    Str state;
} NeedView;

typedef struct ProbeView {
    Str kind;   /* http, tcp, grpc, exec, postgres, redis, kafka; empty: none */
    Str target; /* "GET http://127.0.0.1:8001/health/ready" */
    Str answer; /* of the last one: "503 Service Unavailable: …", "connection refused" */
    bool ok;
    int64_t at_us;    /* of the last one; 0: none yet */
    int64_t since_us; /* since when it says so, good or bad */
    int64_t failures; /* in a row */
} ProbeView;

typedef struct NodeView {
    Str name;
    Str kind;            /* resource, service, task */
    Str engine;          /* native, docker, external */
    Str state;           /* machine_state_name */
    Str health;          /* none, starting, healthy, unhealthy */
    Str reason;          /* one sentence about the state; may be empty */
    Str progress;        /* what its preparation does now; may be empty */
    Str version;         /* of the server that runs, where it is known */
    int64_t pid;         /* 0: none */
    int64_t start_ticks; /* with the pid: which process that was */
    int64_t started_us;  /* of this process; 0: none */
    int64_t since_us;    /* of this state */
    int64_t retry_us;    /* backoff: when it starts again */
    int64_t restarts;
    int64_t run; /* how often it was started */
    bool has_exit;
    int64_t exit_code; /* of the last end; -1: a signal */
    int64_t exit_signal;
    int64_t exited_us;
    double cpu_percent; /* of one core, over the last sample */
    int64_t rss_bytes;
    int64_t log_lines, log_dropped;
    PortView *ports;
    size_t port_count;
    NeedView *waiting_for;
    size_t waiting_count;
    ProbeView probe;
    bool ever_ready; /* since its process started */
    bool selected;
} NodeView;

typedef struct StackView {
    Str platform;
    Str environment;
    Str directory;
    Str phase; /* starting, running, stopping, down */
    bool isolated;
    Str boot_id;
    int64_t pid;         /* of the supervisor */
    int64_t start_ticks; /* with it */
    int64_t started_us;
    int64_t at_us; /* when this was taken */
    NodeView *nodes;
    size_t node_count;
} StackView;

void stack_view_write(JsonWriter *writer, const StackView *view);
/* One node, as `ps -o json` and the events give it. */
void node_view_write(JsonWriter *writer, const NodeView *node);
/* -EBADMSG for what is no view. Texts are views of `json`. */
int stack_view_read(Arena *arena, Str json, StackView **ret_view, Error *err);

const NodeView *stack_view_find(const StackView *view, Str name);
typedef enum ViewOutcome {
    VIEW_UNDER_WAY,
    VIEW_READY,
    VIEW_FAILED,
} ViewOutcome;
/* Of the named nodes, or of all that are selected when none is named: what `--wait` waits for.
 * `completed`: a service must have ended well. *ret_node is the one that failed. */
ViewOutcome stack_view_outcome(
    const StackView *view,
    const char *const *names,
    size_t name_count,
    bool completed,
    const NodeView **ret_node
);
/* "exit code 1", "signal 9 (Killed)". */
Str node_view_exit(Arena *arena, const NodeView *node);
