#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/path.h"
#include "base/random.h"

#include "stack/supervisor_internal.h"

enum { RESOURCE_GRACE_MS = 30 * 1000, RESOURCE_START_MS = 120 * 1000 };

static uint64_t jitter(void *arg, uint64_t bound)
{
    (void) arg;
    return random_below(bound);
}

static MachineRestart restart_of(RestartPolicy policy)
{
    switch (policy) {
    case RESTART_ALWAYS:
        return MACHINE_RESTART_ALWAYS;
    case RESTART_NEVER:
        return MACHINE_RESTART_NEVER;
    default:
        return MACHINE_RESTART_ON_FAILURE;
    }
}

/* Where an external resource answers. */
static void external_probe(Unit *unit, Arena *arena)
{
    const Resource *resource = unit->node->resource;
    Str address = resource->address, host = address;
    int64_t port = resource->ports.len ? resource->ports.ptr[0].number : 0;
    size_t colon = str_rfind_char(address, ':');
    if (colon != STR_NONE && str_to_int64(str_skip(address, colon + 1), &port)) {
        host = str_slice(address, 0, colon);
    }
    unit->probe = (ProbeSpec) { .kind = port > 0 ? PROBE_TCP : PROBE_NONE,
                                .host = str_to_cstr(arena, host),
                                .port = port,
                                .any_owner = true };
}

static int find_probe(Unit *unit, const Health *health, Error *err)
{
    Arena *arena = unit->supervisor->arena;
    NativeContext ctx = unit_context(unit, arena);
    if (!unit->driver) {
        external_probe(unit, arena);
        return 0;
    }
    int rc = health ? probe_of_health(&ctx, health, &unit->probe, err) : 0;
    if (rc == 0 && unit->probe.kind == PROBE_NONE && unit->driver->probe) {
        ProbeSpec given = unit->probe;
        unit->driver->probe(&ctx, &unit->probe);
        unit->probe.interval_ms = given.interval_ms;
        unit->probe.timeout_ms = given.timeout_ms;
    }
    if (rc == 0 && unit->probe.kind == PROBE_EXEC) {
        rc = env_build(arena, ctx.env, unit->node, &unit->probe.envp, err);
        unit->probe.directory = str_to_cstr(arena, ctx.place->root);
    }
    return rc < 0 ? error_wrap(err, rc, "%" STR_FMT, STR_ARG(unit->node->name)) : 0;
}

static const Health *health_of(const PlanNode *node)
{
    switch (node->kind) {
    case PLAN_SERVICE:
        return &node->service->health;
    case PLAN_RESOURCE:
        return &node->resource->health;
    default:
        return NULL;
    }
}

MachineConfig unit_config(const Unit *unit)
{
    const PlanNode *node = unit->node;
    const Health *health = health_of(node);
    MachineConfig config = {
        .is_task = node->kind == PLAN_TASK,
        .has_probe = unit->probe.kind != PROBE_NONE,
        .is_external = node->engine == ENGINE_EXTERNAL,
        .restart = MACHINE_RESTART_ON_FAILURE,
        .stop_grace_ms = RESOURCE_GRACE_MS,
        .start_period_ms = health ? health->start_period_ns / NS_PER_MS : 0,
        .failures = health ? (unsigned) health->failures : 0,
        .random = jitter,
    };
    if (node->kind == PLAN_SERVICE) {
        config.restart = restart_of(node->service->restart);
        config.stop_grace_ms = node->service->stop_grace_ns / NS_PER_MS;
    } else if (node->kind == PLAN_TASK) {
        config.restart = MACHINE_RESTART_NEVER;
        config.timeout_ms = node->task->timeout_ns / NS_PER_MS;
    } else if (config.start_period_ms == 0) {
        config.start_period_ms = RESOURCE_START_MS;
    }
    return config;
}

int unit_init(Unit *unit, Supervisor *supervisor, size_t index, Error *err)
{
    const PlanNode *node = &supervisor->options.plan->nodes[index];
    *unit = (Unit) {
        .supervisor = supervisor,
        .index = index,
        .node = node,
        .driver = node->engine == ENGINE_NATIVE ? native_driver_of(node) : NULL,
        .marker = place_marker_of(supervisor->arena, supervisor->options.place, node->name),
        .since_us = supervisor->started_us,
    };
    bool can_run = node->engine == ENGINE_EXTERNAL || unit->driver;
    return can_run ? find_probe(unit, health_of(node), err) : 0;
}

static void on_record(const LogRecord *record, void *arg)
{
    Unit *unit = arg;
    Supervisor *supervisor = unit->supervisor;
    vec_foreach(listener, &supervisor->listeners) {
        if (listener->on_log) {
            listener->on_log(listener->arg, unit->index, record);
        }
    }
}

int unit_open_log(Unit *unit, Error *err)
{
    if (unit->log) {
        return 0;
    }
    Supervisor *supervisor = unit->supervisor;
    Str directory =
        path_join(supervisor->arena, supervisor->options.place->log_dir, unit->node->name);
    LogStoreOptions options = { .directory = str_to_cstr(supervisor->arena, directory),
                                .on_record = on_record,
                                .arg = unit };
    return log_store_open(&options, &unit->log, err);
}

void unit_done(Unit *unit)
{
    log_store_close(unit->log);
    unit->log = NULL;
}

ProcQuery unit_query(const Unit *unit)
{
    return (ProcQuery) { .within = getpid(),
                         .session = unit->run ? unit->run->leader.pid : 0,
                         .ancestor = unit->run ? unit->run->leader.pid : 0,
                         .marker = unit->marker,
                         .mark = place_mark_of(unit->supervisor->options.place, unit->index),
                         .mark_bits = UINT64_MAX };
}
