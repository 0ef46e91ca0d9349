/* Template: a text that reads like its result, with tags that fill in values of a Node tree.
 *
 *     <%= path %>                        the value; an absent one is an error, never an empty text
 *     <%= path | yaml %>                 through filters, left to right; see template_filters
 *     <% each path as item %> … <% end %>    a list's items, or a map's (item.key, item.value)
 *     <% if condition %> … <% else if condition %> … <% else %> … <% end %>
 *     <% include "name" %>               another template at this place, indented as the tag is
 *     <%-- comment --%>
 *
 * condition: path (true when it is there and neither false, null, empty nor 0), not path,
 * path == "text", path != "text", and these joined by `and` or `or`, left to right. In a loop,
 * loop.first and loop.last tell the item's place.
 *
 * A statement tag alone on its line leaves no line behind. The delimiters were chosen because no
 * Dockerfile, shell script, YAML, PromQL, Grafana or GitHub Actions file uses them. Rendering is
 * strict and deterministic; every mistake is a Diag with the template's line and column. */
#pragma once

#include "base/diag.h"
#include "base/source.h"
#include "base/strbuf.h"
#include "codec/node.h"

typedef struct Template Template;

/* Where `include` finds others; load returns NULL for an unknown name. */
typedef struct TemplateLoader {
    const Template *(*load)(void *ctx, Str name);
    void *ctx;
} TemplateLoader;

/* The template lives on the arena; -EINVAL with errors (T1001) in `diags`. */
int template_parse(Arena *arena, Source *source, const Template **ret_template, DiagList *diags);

/* Appends the result; `scratch` is cleared first and holds what comes between; -EINVAL with errors (T1002 unknown value, T1003 wrong type, T1004 include) in
 * `diags`, and `out` is then incomplete. `root` is the tree that paths start in. */
int template_render(
    Arena *scratch,
    const Template *template,
    const Node *root,
    const TemplateLoader *loader,
    StrBuf *out,
    DiagList *diags
);

/* A filter turns a value's text into text: yaml (a scalar that reads back as this string), json (a
 * quoted string), shell (one word), promql (a quoted string), dockerfile (the value of ENV or
 * LABEL), dollars (each $ doubled, for Compose and a container's env),
 * upper, lower, env (UPPER_SNAKE), snake, first_upper. NULL-terminated names. */
extern const char *const template_filters[];
