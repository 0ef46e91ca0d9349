/* The fields of a view, each stated once: X(kind, member, key). The writer and the reader are both
 * made from these lists. Kinds: TEXT Str · INT int64_t · TIME int64_t µs, RFC 3339 or null · BOOL ·
 * REAL double */
#pragma once

#define PORT_VIEW_FIELDS(X) \
    X(TEXT, name, "name")   \
    X(TEXT, host, "host")   \
    X(INT, port, "port")

#define NEED_VIEW_FIELDS(X) \
    X(TEXT, name, "name")   \
    X(TEXT, state, "state")

#define PROBE_VIEW_FIELDS(X)   \
    X(TEXT, kind, "kind")      \
    X(TEXT, target, "target")  \
    X(TEXT, answer, "answer")  \
    X(BOOL, ok, "ok")          \
    X(TIME, at_us, "at")       \
    X(TIME, since_us, "since") \
    X(INT, failures, "failures")

#define NODE_VIEW_FIELDS(X)             \
    X(TEXT, name, "name")               \
    X(TEXT, kind, "kind")               \
    X(TEXT, engine, "engine")           \
    X(TEXT, state, "state")             \
    X(TEXT, health, "health")           \
    X(TEXT, reason, "reason")           \
    X(TEXT, progress, "progress")       \
    X(TEXT, version, "version")         \
    X(INT, pid, "pid")                  \
    X(INT, start_ticks, "start_ticks")  \
    X(TIME, started_us, "started_at")   \
    X(TIME, since_us, "since")          \
    X(TIME, retry_us, "retry_at")       \
    X(INT, restarts, "restarts")        \
    X(INT, run, "run")                  \
    X(INT, exit_signal, "exit_signal")  \
    X(TIME, exited_us, "exited_at")     \
    X(REAL, cpu_percent, "cpu_percent") \
    X(INT, rss_bytes, "rss_bytes")      \
    X(INT, log_lines, "log_lines")      \
    X(INT, log_dropped, "log_dropped")  \
    X(BOOL, ever_ready, "ever_ready")   \
    X(BOOL, selected, "selected")

#define STACK_VIEW_FIELDS(X)            \
    X(TEXT, platform, "platform")       \
    X(TEXT, environment, "environment") \
    X(TEXT, directory, "directory")     \
    X(TEXT, phase, "phase")             \
    X(BOOL, isolated, "isolated")       \
    X(TEXT, boot_id, "boot_id")         \
    X(INT, pid, "pid")                  \
    X(INT, start_ticks, "start_ticks")  \
    X(TIME, started_us, "started_at")   \
    X(TIME, at_us, "at")
