/* Plan: what would run, in which order. A graph of nodes made from a catalog: resources, services
 * and tasks, with their needs (waited for) and wants (started too, not waited for).
 *
 * Every node that can run on this machine is in the plan; `selected` says which were asked for,
 * with everything that they need or want. Pure: no process, no clock, no file. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include "model/catalog.h"

typedef enum PlanKind {
    PLAN_RESOURCE,
    PLAN_SERVICE,
    PLAN_TASK,
} PlanKind;

typedef struct PlanLinks {
    size_t *ptr; /* indexes into Plan.nodes */
    size_t len;
} PlanLinks;

typedef struct PlanNode {
    Str name;
    PlanKind kind;
    Engine engine;            /* NATIVE, DOCKER or EXTERNAL: resolved, never DEFAULT or NONE */
    const Resource *resource; /* the one of the three that `kind` says */
    const Service *service;
    const Task *task;
    PortList ports;
    PlanLinks needs;
    PlanLinks wants;
    PlanLinks needed_by;
    bool selected;
} PlanNode;

typedef struct Plan {
    const Catalog *catalog;
    PlanNode *nodes; /* in an order in which each stands behind what it needs */
    size_t len;
} Plan;

typedef struct PlanQuery {
    const char *const *names; /* none: everything whose profiles are empty or active */
    size_t name_count;
    const char *const *profiles;
    size_t profile_count;
    bool no_deps; /* only what is named */
} PlanQuery;

/* -ENOENT for an unknown name (the nearest one is named), -ENOTSUP for a named node that is
 * planned or left out (engine none). What stands on a node that is left out does without it. */
int plan_build(
    Arena *arena, const Catalog *catalog, const PlanQuery *query, Plan **ret_plan, Error *err
);
/* Selects more: the query's nodes are added to those selected. Errors as plan_build, and then
 * nothing is changed. */
int plan_select(Plan *plan, const PlanQuery *query, Error *err);

#define PLAN_NONE SIZE_MAX
/* Index of the node of that name, or PLAN_NONE. */
size_t plan_find(const Plan *plan, Str name);
Str plan_kind_name(PlanKind kind);
