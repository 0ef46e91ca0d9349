/* Secrets in plain sight, and variables that nobody explains. */
#include "base/mem.h"

#include "compose.h"
#include "words.h"

static void
check_value(RuleContext *ctx, const ComposeService *service, const ComposeVariableValue *value)
{
    Arena *arena = service->project->arena;
    if (!value->value || value->text.len == 0) {
        return;
    }
    if (is_plain_secret(arena, value->name, value->text)) {
        (void) compose_find(
            ctx,
            service->project,
            value->value,
            "%" STR_FMT " stands here in plain text",
            STR_ARG(value->name)
        );
    } else if (url_proof(value->text)) {
        (void) compose_find(
            ctx,
            service->project,
            value->value,
            "the %s of %" STR_FMT " stands here in plain text",
            url_proof(value->text),
            STR_ARG(value->name)
        );
    }
}

static void co030(RuleContext *ctx, const ComposeProject *project)
{
    vec_foreach(service, &project->services) {
        for (size_t i = 0; i < service->environment.len; i++) {
            check_value(ctx, service, &service->environment.ptr[i]);
        }
        for (size_t i = 0; i < service->build_args.len; i++) {
            check_value(ctx, service, &service->build_args.ptr[i]);
        }
    }
}

/* ${NAME:?…} in place of the use: without a value the stack doesn't start. */
static void demand(RuleContext *ctx, Diag *diag, const ComposeUse *use)
{
    Str text = span_is_known(use->span)
                   ? str_slice(use->span.source->text, use->span.start, use->span.end)
                   : STR("");
    if (str_has_prefix(text, STR("$")) && !use->node->is_alias_use) {
        rule_fix(
            ctx, diag, use->span, "${%" STR_FMT ":?set it in .env}", STR_ARG(use->variable.name)
        );
    }
}

static bool is_same_place(Span a, Span b)
{
    return a.source == b.source && a.start == b.start;
}

/* A place that several services merge is one. */
static bool is_said_there(const Diag *diag, Span place)
{
    bool said = is_same_place(diag->span, place);
    vec_foreach(related, &diag->related) {
        said = said || is_same_place(related->span, place);
    }
    return said;
}

/* One finding for each variable, at its first use, that points at the others; NULL: this place is said.
 * `said`: name -> where the finding is in the list. */
static Diag *say_default(RuleContext *ctx, Map *said, const ComposeUse *use)
{
    Str name = use->variable.name;
    size_t *at = map_get(said, name);
    if (at) {
        Diag *diag = &ctx->diags->diags.ptr[*at];
        if (is_said_there(diag, use->span)) {
            return NULL;
        }
        diag_relate(ctx->diags, diag, use->span, "and here");
        return diag;
    }
    at = ARENA_NEW(ctx->diags->arena, size_t);
    *at = ctx->diags->diags.len;
    map_set(said, name, at);
    return rule_find_span(
        ctx,
        use->span,
        "%" STR_FMT " has a default that everybody can read: the stack starts with it",
        STR_ARG(name)
    );
}

/* With .env, or an example of it, that names the variable the stack goes on to start. */
static void co031(RuleContext *ctx, const ComposeProject *project)
{
    Map said = MAP_ON_ARENA(ctx->diags->arena);
    vec_foreach(use, &project->uses) {
        const ComposeVariable *variable = &use->variable;
        bool is_default = variable->op == COMPOSE_DEFAULT &&
                          is_plain_secret(ctx->diags->arena, variable->name, variable->word);
        Diag *diag =
            is_default && compose_is_own(project, use->node) ? say_default(ctx, &said, use) : NULL;
        if (diag) {
            demand(ctx, diag, use);
            diag->is_suggestion = !map_has(&project->variables, variable->name);
        }
    }
}

/* What every shell, Docker or a CI sets. */
static bool is_usual(Str name)
{
    static const char *const names[] = { "HOME",      "USER",     "PWD",     "UID",
                                         "GID",       "HOSTNAME", "SHELL",   "PATH",
                                         "TMPDIR",    "DISPLAY",  "TZ",      "CI",
                                         "LANG",      "USERNAME", "APPDATA", "SSH_AUTH_SOCK",
                                         "XAUTHORITY" };
    static const char *const prefixes[] = { "COMPOSE_", "DOCKER_", "GITHUB_",
                                            "CI_",      "XDG_",    "BUILDKIT_" };
    bool usual = false;
    for (size_t i = 0; i < ARRAY_LEN(names) && !usual; i++) {
        usual = str_eq_cstr(name, names[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(prefixes) && !usual; i++) {
        usual = str_has_prefix(name, str_from(prefixes[i]));
    }
    return usual;
}

static void co032(RuleContext *ctx, const ComposeProject *project)
{
    Map said = MAP_ON_ARENA(ctx->diags->arena);
    vec_foreach(use, &project->uses) {
        if (use->variable.op == COMPOSE_REQUIRED) { /* nothing starts without it */
            map_set(&said, use->variable.name, use);
        }
    }
    vec_foreach(use, &project->uses) {
        Str name = use->variable.name;
        bool known = map_has(&project->variables, name) || is_usual(name) || project->is_partial;
        if (use->variable.op != COMPOSE_PLAIN || known || map_has(&said, name) ||
            !compose_is_own(project, use->node)) {
            continue;
        }
        map_set(&said, name, use);
        Diag *diag = rule_find_span(
            ctx,
            use->span,
            project->has_example
                ? "%" STR_FMT " has no default, and the example of .env doesn't name it: without "
                  "it the text is empty"
                : "%" STR_FMT
                  " has no default, and there is no .env.example: without it the text is empty",
            STR_ARG(name)
        );
        demand(ctx, diag, use); /* the empty text may be what is meant */
        diag->is_suggestion = true;
    }
}

static const AuditRule rules[] = {
    { .id = "CO030",
      .artifact = "Compose",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A secret as plain text in the environment",
      .why = "Everyone who may read the repository has it, and so has the history of git.",
      .fix = "take it from a variable, \"${NAME:?set it in .env}\", or from a secret; change the "
             "value",
      .bad = "environment:\n  POSTGRES_PASSWORD: hunter2\n",
      .good = "environment:\n  POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?set it in .env}\n",
      .peers = "CKV_SECRET_6",
      .check_compose = co030 },
    { .id = "CO031",
      .artifact = "Compose",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "A secret with a default that works",
      .why = "Where the variable was forgotten, the stack runs with a password that is public.",
      .fix = "let it fail instead: ${NAME:?set it in .env}",
      .bad = "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:-postgres}\n",
      .good = "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?set it in .env}\n",
      .check_compose = co031 },
    { .id = "CO032",
      .artifact = "Compose",
      .severity = SEVERITY_WARN,
      .meaning = "A variable without a default that nothing explains",
      .why = "Compose puts an empty text there with a warning that nobody reads.",
      .fix = "give it a default, ${NAME:-value}, or name it in .env.example",
      .bad = "image: shop/api:${TAG}\n",
      .good = "image: shop/api:${TAG:-1.4}\n",
      .check_compose = co032 },
};

const RuleFamily rules_compose_secrets = { rules, ARRAY_LEN(rules) };
