#include "place.h"

#include "base/mem.h"

#define JOB     "github, needs, strategy, matrix, vars, inputs"
#define RUNTIME "github, needs, strategy, matrix, job, runner, env, vars, secrets, inputs"
#define ACTION  "github, strategy, matrix, job, runner, env, inputs, steps"

enum { STATE = 1, HASH = 2 };

static const struct {
    const char *name, *contexts;
    unsigned functions;
} places[] = {
    [PLACE_NOWHERE] = { "this key", "", 0 },
    [PLACE_RUN_NAME] = { "run-name", "github, inputs, vars", 0 },
    [PLACE_CONCURRENCY] = { "concurrency", "github, inputs, vars", 0 },
    [PLACE_ENV] = { "env", "github, secrets, inputs, vars", 0 },
    [PLACE_INPUT_DEFAULT] = { "on.workflow_call.inputs.<input_id>.default",
                              "github, inputs, vars",
                              0 },
    [PLACE_CALL_OUTPUT] = { "on.workflow_call.outputs.<output_id>.value",
                            "github, jobs, vars, inputs",
                            0 },
    [PLACE_JOB] = { "jobs.<job_id>", JOB, 0 },
    [PLACE_JOB_IF] = { "jobs.<job_id>.if", "github, needs, vars, inputs", STATE },
    [PLACE_JOB_ENV] = { "jobs.<job_id>.env", JOB ", secrets", 0 },
    [PLACE_JOB_DEFAULTS] = { "jobs.<job_id>.defaults.run", JOB ", env", 0 },
    [PLACE_JOB_STRATEGY] = { "jobs.<job_id>.strategy", "github, needs, vars, inputs", 0 },
    [PLACE_JOB_OUTPUT] = { "jobs.<job_id>.outputs.<output_id>", RUNTIME ", steps", 0 },
    [PLACE_JOB_SECRET] = { "jobs.<job_id>.secrets.<secrets_id>", JOB ", secrets", 0 },
    [PLACE_ENVIRONMENT_URL] = { "jobs.<job_id>.environment.url",
                                JOB ", job, runner, env, steps",
                                0 },
    [PLACE_CREDENTIALS] = { "jobs.<job_id>.container.credentials", JOB ", env, secrets", 0 },
    [PLACE_CONTAINER_ENV] = { "jobs.<job_id>.container.env.<env_id>", RUNTIME, 0 },
    [PLACE_STEP] = { "jobs.<job_id>.steps", RUNTIME ", steps", HASH },
    [PLACE_STEP_IF] = { "jobs.<job_id>.steps.if", JOB ", job, runner, env, steps", STATE | HASH },
    [PLACE_ACTION_STEP] = { "runs.steps of an action", ACTION, STATE | HASH },
    [PLACE_ACTION_OUTPUT] = { "outputs.<output_id>.value of an action", ACTION, HASH },
};

const char *place_name(Place place)
{
    return places[place].name;
}

const char *place_contexts(Place place)
{
    return places[place].contexts;
}

bool place_has_context(Place place, Str context)
{
    Str rest = str_from(places[place].contexts);
    Str name;
    while (str_next(&rest, ',', &name)) {
        if (str_eq_nocase(str_trim(name), context)) {
            return true;
        }
    }
    return false;
}

bool place_has_state(Place place)
{
    return places[place].functions & STATE;
}

bool place_has_hash_files(Place place)
{
    return places[place].functions & HASH;
}
