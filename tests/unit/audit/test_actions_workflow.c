#include "codec/yaml.h"

#include "audit/actions/workflow.h"
#include "unit.h"

static Workflow *read_text(Arena *arena, const char *path, const char *yaml)
{
    DiagList diags = DIAG_LIST(arena);
    Source *source = source_new(arena, str_from(path), str_from(yaml));
    Node *root = NULL;
    assert_int_equal(yaml_read_one(arena, source, &(YamlOptions) { 0 }, &root, &diags), 0);
    assert_true(workflow_is_one(root) || action_is_one(root));
    return workflow_read(
        arena, source, root, action_is_one(root) ? WORKFLOW_ACTION : WORKFLOW_JOBS
    );
}

static const char workflow_text[] = "on:\n"
                                    "  push: {branches: [main]}\n"
                                    "  workflow_dispatch:\n"
                                    "defaults: {run: {shell: bash}}\n"
                                    "jobs:\n"
                                    "  build:\n"
                                    "    runs-on: ubuntu-latest\n"
                                    "    steps:\n"
                                    "    - uses: \"actions/checkout@v4\" # v4\n"
                                    "    - id: Version\n"
                                    "      run: |\n"
                                    "        echo ${{ github.sha }}\n"
                                    "        echo ${{ env.X }} ${{ broken\n"
                                    "  deploy:\n"
                                    "    needs: [BUILD, nobody]\n"
                                    "    if: needs.build.result == 'success'\n"
                                    "    uses: ./.github/workflows/deploy.yml\n";

static void sees_events_jobs_and_steps(void **state)
{
    Workflow *workflow = read_text(*state, "x/.github/workflows/ci.yml", workflow_text);
    assert_str(workflow->root_path, "x");
    assert_non_null(workflow_event(workflow, "workflow_dispatch"));
    assert_null(workflow_event(workflow, "pull_request"));
    assert_int_equal(workflow->jobs.len, 2);
    const Job *build = workflow_job(workflow, STR("build"));
    assert_int_equal(build->steps.len, 2);
    assert_ptr_equal(job_step(build, STR("version")), &build->steps.ptr[1]);
    assert_str(step_shell(&build->steps.ptr[1]), "bash");
    const Job *deploy = &workflow->jobs.ptr[1];
    assert_ptr_equal(deploy->needs.ptr[0].job, build);
    assert_null(deploy->needs.ptr[1].job);
    assert_int_equal(deploy->uses.kind, USES_LOCAL);
}

static void reads_what_a_step_uses(void **state)
{
    Workflow *workflow = read_text(*state, "ci.yml", workflow_text);
    const Uses *uses = &workflow->jobs.ptr[0].steps.ptr[0].uses;
    assert_true(uses_is(uses, "Actions/checkout"));
    assert_str(uses->ref, "v4");
    assert_str(uses->comment, "v4");
    assert_str(span_text(uses->ref_span), "v4");
    assert_false(uses_is_pinned(uses));
}

static void places_expressions_to_the_byte(void **state)
{
    Workflow *workflow = read_text(*state, "ci.yml", workflow_text);
    assert_int_equal(workflow->expressions.len, 4);
    const WorkflowExpr *sha = &workflow->expressions.ptr[0];
    assert_str(span_text(workflow_expr_span(sha, NULL)), "${{ github.sha }}");
    assert_str(span_text(workflow_expr_span(sha, sha->root)), "github.sha");
    assert_int_equal(sha->place, PLACE_STEP);
    assert_null(workflow->expressions.ptr[2].root);
    const WorkflowExpr *condition = &workflow->expressions.ptr[3];
    assert_int_equal(condition->place, PLACE_JOB_IF);
    assert_true(condition->is_whole);
}

static void finds_cycles_and_not_what_hangs_on_them_before(void **state)
{
    Workflow *workflow = read_text(
        *state, "ci.yml", "on: push\njobs:\n  a: {}\n  b: {needs: [a, c]}\n  c: {needs: b}\n"
    );
    assert_false(workflow_job(workflow, STR("a"))->is_in_cycle);
    assert_true(workflow_job(workflow, STR("b"))->is_in_cycle);
    assert_true(workflow_job(workflow, STR("c"))->is_in_cycle);
}

static void reads_an_action(void **state)
{
    Workflow *action = read_text(
        *state,
        ".github/actions/x/action.yml",
        "inputs: {name: {required: true}}\nruns:\n  using: composite\n  steps:\n  - run: echo ${{ "
        "inputs.name }}\n    shell: sh\n"
    );
    assert_int_equal(action->kind, WORKFLOW_ACTION);
    assert_non_null(workflow_declared(action, "workflow_call", "inputs"));
    assert_int_equal(action->expressions.len, 1);
    assert_int_equal(action->expressions.ptr[0].place, PLACE_ACTION_STEP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(sees_events_jobs_and_steps),
        arena_test(reads_what_a_step_uses),
        arena_test(places_expressions_to_the_byte),
        arena_test(finds_cycles_and_not_what_hangs_on_them_before),
        arena_test(reads_an_action),
    };
    return cmocka_run_group_tests_name("actions_workflow", tests, NULL, NULL);
}
