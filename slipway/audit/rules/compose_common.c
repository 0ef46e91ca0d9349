#include "base/mem.h"

#include "compose.h"
#include "words.h"

/* "migrate" of "db-migrate", "init_db" and the like: between separators. */
static bool has_word(Str name, Str word)
{
    for (size_t at = 0; at + word.len <= name.len; at++) {
        bool starts = at == 0 || name.ptr[at - 1] == '-' || name.ptr[at - 1] == '_';
        size_t end = at + word.len;
        bool ends = end == name.len || name.ptr[end] == '-' || name.ptr[end] == '_';
        if (starts && ends && str_eq(str_slice(name, at, end), word)) {
            return true;
        }
    }
    return false;
}

bool compose_is_one_shot(const ComposeService *service)
{
    static const char *const words[] = { "migrate",   "migration",    "migrations", "migrator",
                                         "init",      "seed",         "seeder",     "setup",
                                         "bootstrap", "createbuckets" };
    bool says = service->is_job;
    for (size_t i = 0; i < ARRAY_LEN(words) && !says; i++) {
        says = has_word(service->name, str_from(words[i]));
    }
    return says || service->is_waited_for;
}

/* The sources are mounted over what the image has, or watched. */
static bool is_development(const ComposeService *service)
{
    if (is_of_devcontainer(service->project->source->path)) {
        return true;
    }
    for (size_t i = 0; i < service->mounts.len; i++) {
        const ComposeMount *mount = &service->mounts.ptr[i];
        bool sources =
            mount->kind == COMPOSE_MOUNT_BIND && !mount->is_read_only &&
            (str_eq(mount->source, STR(".")) || str_eq(mount->source, STR("..")) ||
             str_has_prefix(mount->source, STR("./")) || str_has_prefix(mount->source, STR("../")));
        if (sources) {
            return true;
        }
    }
    return node_get_cstr(service->node, "develop") != NULL;
}

bool compose_is_store(const ComposeService *service)
{
    return names_store(image_name(service->image_text));
}

/* A store or a proxy on top of the official image still starts as root and gives it up by itself. */
bool compose_is_ours(const ComposeService *service)
{
    static const char *const proxies[] = {
        "nginx", "traefik", "caddy", "haproxy", "envoy", "apache"
    };
    bool other = names_store(service->name);
    for (size_t i = 0; i < ARRAY_LEN(proxies) && !other; i++) {
        other = str_eq_cstr(service->name, proxies[i]);
    }
    return service->build && !other && !is_development(service) && !service->is_extended;
}

bool compose_can_edit(const ComposeService *service)
{
    return service->project->sources.len == 1 && !node_get_cstr(service->node, "extends") &&
           !service->node->is_alias_use;
}

static void
mend(RuleContext *ctx, const ComposeMissing *missing, Diag *diag, const ComposeService *service)
{
    if (missing->mend && compose_can_edit(service)) {
        missing->mend(ctx, diag, service);
    }
}

static void report_all(
    RuleContext *ctx,
    const ComposeProject *project,
    const ComposeMissing *missing,
    const ComposeService *first,
    size_t count
)
{
    Diag *diag = compose_find(
        ctx,
        project,
        first->key,
        count > 1 ? "\"%" STR_FMT "\" %s, as all %zu services of its kind here"
                  : "\"%" STR_FMT "\" %s",
        STR_ARG(first->name),
        missing->what,
        count
    );
    for (size_t i = 0; diag && i < project->services.len; i++) {
        const ComposeService *service = &project->services.ptr[i];
        if (missing->wants(service)) {
            mend(ctx, missing, diag, service);
        }
        if (service != first && missing->wants(service)) {
            diag_relate(
                ctx->diags, diag, service->key->span, "\"%" STR_FMT "\" too", STR_ARG(service->name)
            );
        }
    }
}

void compose_report_missing(
    RuleContext *ctx, const ComposeProject *project, const ComposeMissing *missing
)
{
    const ComposeService *first = NULL;
    size_t wanted = 0, silent = 0;
    vec_foreach(service, &project->services) {
        if (missing->wants(service)) {
            wanted++;
            silent += !missing->says(service);
            first = first || missing->says(service) ? first : service;
        }
    }
    if (silent > 0 && silent == wanted) {
        report_all(ctx, project, missing, first, wanted);
        return;
    }
    vec_foreach(service, &project->services) {
        if (missing->wants(service) && !missing->says(service)) {
            Diag *diag = compose_find(
                ctx,
                project,
                service->key,
                "\"%" STR_FMT "\" %s",
                STR_ARG(service->name),
                missing->what
            );
            if (diag) {
                mend(ctx, missing, diag, service);
            }
        }
    }
}
