/* The steps of loading a project: load.c reads files and what they include and extend, merge.c puts
 * them together, schema.c and values.c check, model.c reads the services out of the result. */
#pragma once

#include "compose.h"

enum {
    COMPOSE_FILES_MOST = 200,  /* of one project */
    COMPOSE_NESTING_MOST = 50, /* of includes and of extends */
    COMPOSE_PROBLEMS_MOST = 500,
};

void compose_problem(ComposeProject *project, Span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The hint of the problem that was added last. */
void compose_problem_hint(ComposeProject *project, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* `over` laid over `base`, as Compose does it for whole files; either may be NULL. The nodes of both
 * stay as they are. */
const Node *compose_merge(Arena *arena, const Node *base, const Node *over);
/* The same for one service, which is also what `extends` does. */
const Node *compose_merge_service(Arena *arena, const Node *base, const Node *over);
/* Without what is tagged !reset. */
const Node *compose_strip_resets(Arena *arena, const Node *node);

/* A copy of the map that may be changed, with the same children. */
Node *compose_copy_map(Arena *arena, const Node *map);

/* Fills services and resources from project->root. */
void compose_read_model(ComposeProject *project);
void compose_read_ports(ComposeProject *project, ComposeService *service);
void compose_read_mounts(ComposeProject *project, ComposeService *service);
/* Durations, sizes and the like that the schema takes for plain texts, and what must fit together. */
void compose_check_values(ComposeProject *project);
/* fitting.c: what contradicts itself. items.c: what stands in lists. */
void compose_check_fit(ComposeProject *project, const ComposeService *service);
void compose_check_items(ComposeProject *project, const ComposeService *service);
/* "512m" in bytes; "-1" is no limit. */
bool compose_size(Str text, double *ret_bytes);
/* The node behind keys such as "deploy.resources". */
const Node *compose_below(const Node *node, const char *path);
/* Whether the map has one of the keys. */
bool compose_has_any(const Node *node, const char *const *keys);

/* The text with what is known replaced, whether or not that is all of it. */
Str compose_best_text(const ComposeProject *project, Str text, bool *ret_complete);
