/* https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
 * https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax */
#include "base/mem.h"

#include "syntax.h"

#define KEYS(table) .keys = (table), .key_count = ARRAY_LEN(table)

static const Syntax string = { .allowed = ALLOW_STRING };
static const Syntax text = { .allowed = ALLOW_STRING | ALLOW_EMPTY };
static const Syntax string_or_null = { .allowed = ALLOW_STRING | ALLOW_NULL };
static const Syntax boolean = { .allowed = ALLOW_BOOL };
static const Syntax number = { .allowed = ALLOW_NUMBER };
static const Syntax anything = { .allowed = ALLOW_STRING | ALLOW_LIST | ALLOW_MAP | ALLOW_NULL |
                                            ALLOW_EMPTY };
static const Syntax scalar_map = { .allowed =
                                       ALLOW_MAP | ALLOW_NULL | ALLOW_EMPTY | ALLOW_EXPRESSION,
                                   .values = &string_or_null };
static const Syntax env = { .allowed = ALLOW_MAP | ALLOW_EMPTY | ALLOW_EXPRESSION,
                            .values = &string_or_null };
static const Syntax with = { .allowed = ALLOW_MAP | ALLOW_EMPTY, .values = &string_or_null };
static const Syntax strings = { .allowed = ALLOW_LIST, .items = &string };
static const Syntax mounts = { .allowed = ALLOW_LIST | ALLOW_EMPTY, .items = &string };
static const Syntax strings_or_one = { .allowed = ALLOW_STRING | ALLOW_LIST, .items = &string };
static const Syntax texts = { .allowed = ALLOW_STRING | ALLOW_LIST | ALLOW_NULL | ALLOW_EMPTY,
                              .items = &string };
static const Syntax patterns = { .allowed = ALLOW_STRING | ALLOW_LIST | ALLOW_NULL,
                                 .items = &string };

/* --- what several places have ----------------------------------------------------------------- */

static const SyntaxKey run_defaults_keys[] = { { "shell", &string, false },
                                               { "working-directory", &string, false } };
static const Syntax run_defaults = { .allowed = ALLOW_MAP,
                                     KEYS(run_defaults_keys),
                                     .name = "defaults.run" };
static const SyntaxKey defaults_keys[] = { { "run", &run_defaults, false } };
static const Syntax defaults = { .allowed = ALLOW_MAP, KEYS(defaults_keys), .name = "defaults" };

static const SyntaxKey concurrency_keys[] = {
    { "group", &string, true },
    { "cancel-in-progress", &boolean, false },
    { "queue", &string, false },
};
static const Syntax concurrency = { .allowed = ALLOW_STRING | ALLOW_MAP,
                                    KEYS(concurrency_keys),
                                    .name = "concurrency" };

static const Syntax permissions = { .allowed = ALLOW_STRING | ALLOW_MAP | ALLOW_EMPTY | ALLOW_NULL,
                                    .values = &string };

/* --- on --------------------------------------------------------------------------------------- */

static const SyntaxKey filter_keys[] = {
    { "types", &strings_or_one, false },
    { "branches", &patterns, false },
    { "branches-ignore", &patterns, false },
    { "tags", &patterns, false },
    { "tags-ignore", &patterns, false },
    { "paths", &patterns, false },
    { "paths-ignore", &patterns, false },
    { "workflows", &strings_or_one, false },
    { "names", &texts, false },
    { "versions", &texts, false },
};
static const Syntax filter = { .allowed = ALLOW_MAP | ALLOW_NULL | ALLOW_EMPTY,
                               KEYS(filter_keys),
                               .name = "the event" };

static const SyntaxKey cron_keys[] = { { "cron", &string, true }, { "timezone", &string, false } };
static const Syntax cron = { .allowed = ALLOW_MAP, KEYS(cron_keys), .name = "a schedule" };
static const Syntax schedule = { .allowed = ALLOW_LIST, .items = &cron };

static const SyntaxKey dispatch_input_keys[] = {
    { "description", &string_or_null, false },
    { "required", &boolean, false },
    { "default", &string_or_null, false },
    { "type", &string, false },
    { "options", &strings, false },
    { "deprecationMessage", &string, false },
};
static const Syntax dispatch_input = { .allowed = ALLOW_MAP | ALLOW_NULL | ALLOW_EMPTY,
                                       KEYS(dispatch_input_keys),
                                       .name = "an input" };
static const Syntax dispatch_inputs = { .allowed = ALLOW_MAP | ALLOW_NULL | ALLOW_EMPTY,
                                        .values = &dispatch_input };
static const SyntaxKey dispatch_keys[] = { { "inputs", &dispatch_inputs, false } };
static const Syntax dispatch = { .allowed = ALLOW_MAP | ALLOW_NULL | ALLOW_EMPTY,
                                 KEYS(dispatch_keys),
                                 .name = "workflow_dispatch" };

static const SyntaxKey call_input_keys[] = {
    { "description", &string_or_null, false }, { "required", &boolean, false },
    { "default", &string_or_null, false },     { "type", &string, true },
    { "deprecationMessage", &string, false },
};
static const Syntax call_input = { .allowed = ALLOW_MAP,
                                   KEYS(call_input_keys),
                                   .name = "an input of workflow_call" };
static const Syntax call_inputs = { .allowed = ALLOW_MAP | ALLOW_NULL | ALLOW_EMPTY,
                                    .values = &call_input };
static const SyntaxKey call_secret_keys[] = { { "description", &string_or_null, false },
                                              { "required", &boolean, false } };
static const Syntax call_secret = { .allowed = ALLOW_MAP | ALLOW_NULL | ALLOW_EMPTY,
                                    KEYS(call_secret_keys),
                                    .name = "a secret of workflow_call" };
static const Syntax call_secrets = { .allowed = ALLOW_MAP | ALLOW_NULL | ALLOW_EMPTY,
                                     .values = &call_secret };
static const SyntaxKey call_output_keys[] = { { "description", &string_or_null, false },
                                              { "value", &string, true } };
static const Syntax call_output = { .allowed = ALLOW_MAP,
                                    KEYS(call_output_keys),
                                    .name = "an output of workflow_call" };
static const Syntax call_outputs = { .allowed = ALLOW_MAP | ALLOW_NULL | ALLOW_EMPTY,
                                     .values = &call_output };
static const SyntaxKey call_keys[] = {
    { "inputs", &call_inputs, false },
    { "secrets", &call_secrets, false },
    { "outputs", &call_outputs, false },
};
static const Syntax call = { .allowed = ALLOW_MAP | ALLOW_NULL | ALLOW_EMPTY,
                             KEYS(call_keys),
                             .name = "workflow_call" };

static const SyntaxKey event_keys[] = {
    { "schedule", &schedule, false },
    { "workflow_dispatch", &dispatch, false },
    { "workflow_call", &call, false },
};
static const Syntax events = { .allowed = ALLOW_STRING | ALLOW_LIST | ALLOW_MAP,
                               KEYS(event_keys),
                               .values = &filter,
                               .items = &string };

/* --- jobs ------------------------------------------------------------------------------------- */

static const SyntaxKey step_keys[] = {
    { "id", &string, false },
    { "if", &string, false },
    { "name", &text, false },
    { "uses", &string, false },
    { "run", &string, false },
    { "with", &with, false },
    { "env", &env, false },
    { "shell", &string, false },
    { "working-directory", &string, false },
    { "continue-on-error", &boolean, false },
    { "timeout-minutes", &number, false },
};
static const Syntax step = { .allowed = ALLOW_MAP, KEYS(step_keys), .name = "a step" };
static const Syntax steps = { .allowed = ALLOW_LIST, .items = &step };

static const Syntax combination = { .allowed = ALLOW_MAP | ALLOW_EXPRESSION };
static const Syntax combinations = { .allowed = ALLOW_LIST | ALLOW_EXPRESSION,
                                     .items = &combination };
static const Syntax axis = { .allowed = ALLOW_LIST | ALLOW_EXPRESSION };
static const SyntaxKey matrix_keys[] = { { "include", &combinations, false },
                                         { "exclude", &combinations, false } };
static const Syntax matrix = { .allowed = ALLOW_MAP | ALLOW_EXPRESSION,
                               KEYS(matrix_keys),
                               .values = &axis };
static const SyntaxKey strategy_keys[] = {
    { "matrix", &matrix, false },
    { "fail-fast", &boolean, false },
    { "max-parallel", &number, false },
};
static const Syntax strategy = { .allowed = ALLOW_MAP, KEYS(strategy_keys), .name = "strategy" };

static const SyntaxKey credentials_keys[] = { { "username", &string, true },
                                              { "password", &string, true } };
static const Syntax credentials = { .allowed = ALLOW_MAP | ALLOW_EXPRESSION,
                                    KEYS(credentials_keys),
                                    .name = "credentials" };
static const SyntaxKey container_keys[] = {
    { "image", &string_or_null, true },
    { "credentials", &credentials, false },
    { "env", &env, false },
    { "ports", &mounts, false },
    { "volumes", &mounts, false },
    { "options", &string_or_null, false },
};
static const Syntax container = { .allowed = ALLOW_STRING | ALLOW_MAP,
                                  KEYS(container_keys),
                                  .name = "a container" };
static const SyntaxKey service_keys[] = {
    { "image", &string_or_null, true },
    { "credentials", &credentials, false },
    { "env", &env, false },
    { "ports", &mounts, false },
    { "volumes", &mounts, false },
    { "options", &string_or_null, false },
    { "command", &string, false },
    { "entrypoint", &string, false },
};
static const Syntax service = { .allowed = ALLOW_STRING | ALLOW_MAP,
                                KEYS(service_keys),
                                .name = "a service" };
static const Syntax services = { .allowed = ALLOW_MAP | ALLOW_EXPRESSION, .values = &service };

static const SyntaxKey environment_keys[] = {
    { "name", &string, true },
    { "url", &string, false },
    { "deployment", &boolean, false },
};
static const Syntax environment = { .allowed = ALLOW_STRING | ALLOW_MAP,
                                    KEYS(environment_keys),
                                    .name = "an environment" };

static const SyntaxKey runs_on_keys[] = { { "group", &string, false },
                                          { "labels", &strings_or_one, false } };
static const Syntax runs_on = { .allowed = ALLOW_STRING | ALLOW_LIST | ALLOW_MAP,
                                KEYS(runs_on_keys),
                                .items = &string,
                                .name = "runs-on" };
static const Syntax job_secrets = { .allowed = ALLOW_STRING | ALLOW_MAP | ALLOW_EMPTY | ALLOW_NULL,
                                    .values = &string_or_null };

static const SyntaxKey job_keys[] = {
    { "name", &text, false },
    { "needs", &strings_or_one, false },
    { "runs-on", &runs_on, true },
    { "permissions", &permissions, false },
    { "environment", &environment, false },
    { "concurrency", &concurrency, false },
    { "outputs", &scalar_map, false },
    { "env", &env, false },
    { "defaults", &defaults, false },
    { "if", &string, false },
    { "steps", &steps, true },
    { "timeout-minutes", &number, false },
    { "strategy", &strategy, false },
    { "continue-on-error", &boolean, false },
    { "container", &container, false },
    { "services", &services, false },
    { "snapshot", &anything, false },
};
static const SyntaxKey calling_job_keys[] = {
    { "name", &text, false },
    { "needs", &strings_or_one, false },
    { "if", &string, false },
    { "permissions", &permissions, false },
    { "uses", &string, true },
    { "with", &with, false },
    { "secrets", &job_secrets, false },
    { "strategy", &strategy, false },
    { "concurrency", &concurrency, false },
};
static const Syntax job = { .allowed = ALLOW_MAP, KEYS(job_keys), .name = "a job" };
static const Syntax calling_job = { .allowed = ALLOW_MAP,
                                    KEYS(calling_job_keys),
                                    .name = "a job that calls a workflow" };
static const Syntax jobs = { .allowed = ALLOW_MAP | ALLOW_TWICE };

const Syntax *syntax_of_job(const Node *node)
{
    return node_get_cstr(node, "uses") ? &calling_job : &job;
}

static const SyntaxKey workflow_keys[] = {
    { "name", &text, false },
    { "run-name", &string, false },
    { "on", &events, true },
    { "permissions", &permissions, false },
    { "env", &env, false },
    { "defaults", &defaults, false },
    { "concurrency", &concurrency, false },
    { "jobs", &jobs, true },
};
const Syntax syntax_workflow = { .allowed = ALLOW_MAP, KEYS(workflow_keys), .name = "a workflow" };

/* --- action.yml ------------------------------------------------------------------------------- */

static const SyntaxKey action_input_keys[] = {
    { "description", &string_or_null, false },
    { "required", &string, false },
    { "default", &string_or_null, false },
    { "deprecationMessage", &string, false },
    { "type", &string, false }, /* not read, but many write it */
};
static const Syntax action_input = { .allowed = ALLOW_MAP | ALLOW_NULL | ALLOW_EMPTY,
                                     KEYS(action_input_keys),
                                     .name = "an input" };
static const Syntax action_inputs = { .allowed = ALLOW_MAP | ALLOW_NULL | ALLOW_EMPTY,
                                      .values = &action_input };
static const SyntaxKey action_output_keys[] = { { "description", &string_or_null, false },
                                                { "value", &string, false } };
static const Syntax action_output = { .allowed = ALLOW_MAP | ALLOW_NULL | ALLOW_EMPTY,
                                      KEYS(action_output_keys),
                                      .name = "an output" };
static const Syntax action_outputs = { .allowed = ALLOW_MAP | ALLOW_NULL | ALLOW_EMPTY,
                                       .values = &action_output };
static const Syntax action_steps = { .allowed = ALLOW_LIST | ALLOW_EMPTY, .items = &step };
static const SyntaxKey runs_keys[] = {
    { "using", &string, true },
    { "steps", &action_steps, false },
    { "main", &string, false },
    { "pre", &string, false },
    { "pre-if", &string, false },
    { "post", &string, false },
    { "post-if", &string, false },
    { "image", &string, false },
    { "entrypoint", &string, false },
    { "pre-entrypoint", &string, false },
    { "post-entrypoint", &string, false },
    { "args", &texts, false },
    { "env", &env, false },
};
static const Syntax runs = { .allowed = ALLOW_MAP, KEYS(runs_keys), .name = "runs" };
static const SyntaxKey branding_keys[] = { { "icon", &string, false },
                                           { "color", &string, false } };
static const Syntax branding = { .allowed = ALLOW_MAP, KEYS(branding_keys), .name = "branding" };
static const SyntaxKey action_keys[] = {
    { "name", &string, true },
    { "author", &string, false },
    { "description", &string, true },
    { "inputs", &action_inputs, false },
    { "outputs", &action_outputs, false },
    { "runs", &runs, true },
    { "branding", &branding, false },
};
const Syntax syntax_action = { .allowed = ALLOW_MAP, KEYS(action_keys), .name = "an action" };
