#include "codec/yaml.h"

#include "audit/actions/contexts.h"
#include "audit/actions/known_actions.h"
#include "audit/actions/script.h"
#include "audit/actions/taint.h"
#include "audit/actions/trust.h"
#include "unit.h"

static Workflow *read_text(Arena *arena, const char *yaml)
{
    DiagList diags = DIAG_LIST(arena);
    Source *source = source_new(arena, STR("ci.yml"), str_from(yaml));
    Node *root = NULL;
    assert_int_equal(yaml_read_one(arena, source, &(YamlOptions) { 0 }, &root, &diags), 0);
    return workflow_read(arena, source, root, WORKFLOW_JOBS);
}

static const char head[] =
    "on:\n"
    "  workflow_call: {inputs: {debug: {type: boolean}, tag: {type: string}}}\n"
    "env: {TITLE: \"${{ github.event.issue.title }}\"}\n"
    "jobs:\n"
    "  a:\n"
    "    strategy:\n"
    "      matrix:\n"
    "        os: [linux, mac]\n"
    "        node: [{version: 20, lts: true}, {version: 22}]\n"
    "        include: [{os: win, extra: [1, 2]}]\n"
    "    steps:\n"
    "    - id: one\n"
    "      uses: actions/cache@v4\n"
    "    - run: |\n"
    "        echo ${{ ";

/* The type of the expression in the last step, or its first fault. */
static const char *type_of(Arena *arena, const char *expression)
{
    StrBuf text = STRBUF_ON_ARENA(arena);
    strbuf_addf(&text, "%s%s }}\n", head, expression);
    Workflow *workflow = read_text(arena, strbuf_str(&text).ptr);
    const WorkflowExpr *expr = vec_last(&workflow->expressions);
    assert_non_null(expr->root);
    Contexts contexts = { .arena = arena, .workflow = workflow, .expr = expr };
    TypeChecker checker = {
        .arena = arena, .place = expr->place, .context = context_type, .user = &contexts
    };
    const ExprType *type = expression_check(&checker, expr->root);
    return checker.faults.len ? str_to_cstr(arena, checker.faults.ptr[0].message) : type_name(type);
}

static void types_the_matrix(void **state)
{
    assert_string_equal(type_of(*state, "matrix.os"), "a string");
    assert_string_equal(type_of(*state, "matrix.node.version"), "a number");
    assert_string_equal(type_of(*state, "matrix.node.lts"), "a boolean");
    assert_string_equal(type_of(*state, "matrix.extra[0]"), "a number");
    assert_string_equal(type_of(*state, "matrix.arch"), "\"matrix\" has no property \"arch\"");
}

static void types_steps_and_inputs(void **state)
{
    assert_string_equal(type_of(*state, "steps.one.outputs.cache-hit"), "a string");
    assert_string_equal(
        type_of(*state, "steps.one.outputs.hit"), "\"steps.one.outputs\" has no property \"hit\""
    );
    assert_string_equal(type_of(*state, "steps.two"), "\"steps\" has no property \"two\"");
    assert_string_equal(type_of(*state, "inputs.debug"), "a boolean");
    assert_string_equal(type_of(*state, "inputs.tga"), "\"inputs\" has no property \"tga\"");
}

static void types_operators_and_functions(void **state)
{
    assert_string_equal(type_of(*state, "inputs.debug && 'a' || 'b'"), "a string");
    assert_string_equal(type_of(*state, "inputs.debug || 'b'"), "anything");
    assert_string_equal(type_of(*state, "fromJSON('[{\"a\": 1}]').*.a"), "an array");
    assert_string_equal(type_of(*state, "toJSON(matrix)"), "a string");
    assert_string_equal(type_of(*state, "case(inputs.debug, 1, 2)"), "a number");
    assert_string_equal(
        type_of(*state, "matrix == 'a'"), "an object can't be compared with a string"
    );
    assert_string_equal(
        type_of(*state, "join(matrix)"), "join() wants a string or an array here, this is an object"
    );
}

static void makes_nothing_of_what_a_run_brings(void **state)
{
    assert_string_equal(type_of(*state, "github.event.anything.at[0].all"), "anything");
    assert_string_equal(type_of(*state, "github.event.commits.*.id"), "an array");
    assert_string_equal(type_of(*state, "env.ANY"), "a string");
}

/* What reaches the text of an expression in the last step. */
static TaintFound taint_in(Arena *arena, const char *expression)
{
    StrBuf text = STRBUF_ON_ARENA(arena);
    strbuf_addf(&text, "%s%s }}\n", head, expression);
    Workflow *workflow = read_text(arena, strbuf_str(&text).ptr);
    return taint_of(vec_last(&workflow->expressions));
}

static void follows_what_others_write(void **state)
{
    assert_int_equal(taint_in(*state, "github.event.issue.title").taint, TAINT_ANYONE);
    assert_int_equal(taint_in(*state, "github.event.issue").taint, TAINT_ANYONE);
    assert_int_equal(taint_in(*state, "github.event.issue.number").taint, TAINT_NONE);
    assert_int_equal(taint_in(*state, "github.event.issue.title == 'x'").taint, TAINT_NONE);
    assert_int_equal(
        taint_in(*state, "inputs.debug && github.head_ref || 'x'").taint, TAINT_ANYONE
    );
    assert_str(taint_in(*state, "env.TITLE").path, "github.event.issue.title");
    assert_int_equal(taint_in(*state, "fromJSON('{\"a\": 1}').a").taint, TAINT_NONE);
    assert_int_equal(taint_in(*state, "inputs.tag").taint, TAINT_CALLER);
    assert_int_equal(taint_in(*state, "github.ref_name").taint, TAINT_KEEPER);
    assert_int_equal(taint_in(*state, "github.event.release.tag_name").taint, TAINT_KEEPER);
    assert_int_equal(
        taint_in(*state, "toJSON(github.event.pull_request.labels)").taint, TAINT_KEEPER
    );
    assert_int_equal(taint_in(*state, "github.event.release.id").taint, TAINT_NONE);
    assert_int_equal(taint_in(*state, "inputs.debug").taint, TAINT_NONE);
}

static Uses uses_of(Arena *arena, const char *line)
{
    StrBuf text = STRBUF_ON_ARENA(arena);
    strbuf_addf(&text, "on: push\njobs: {a: {steps: [{uses: %s\n}]}}\n", line);
    return read_text(arena, strbuf_str(&text).ptr)->jobs.ptr[0].steps.ptr[0].uses;
}

static void knows_actions_by_version_and_comment(void **state)
{
    Uses tag = uses_of(*state, "Actions/Checkout@v4");
    assert_string_equal(known_action_find(&tag)->slug, "actions/checkout");
    Uses minor = uses_of(*state, "actions/checkout@v4.2.2");
    assert_non_null(known_action_find(&minor));
    Uses hash =
        uses_of(*state, "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v2.1.0");
    assert_true(known_action_find(&hash)->is_outdated);
    Uses unsaid = uses_of(*state, "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683");
    assert_null(known_action_find(&unsaid));
    assert_false(known_action_newest(STR("actions/checkout"))->is_outdated);
    for (size_t i = 1; i < known_action_count; i++) {
        assert_non_null(known_action_newest(str_from(known_actions[i].slug)));
    }
}

static void knows_whom_to_trust(void **state)
{
    Uses bad = uses_of(*state, "tj-actions/changed-files@v44");
    assert_non_null(trust_find(&bad));
    Uses good = uses_of(*state, "tj-actions/changed-files@v46.0.1");
    assert_null(trust_find(&good));
    Uses typo = uses_of(*state, "action/setup-node@v4");
    assert_str(trust_typo(&typo), "actions/setup-node");
    Uses other = uses_of(*state, "acme/setup-node@v4");
    assert_str(trust_typo(&other), "");
}

static const Step *step_of(Arena *arena, const char *shell, const char *script)
{
    Workflow *workflow = read_text(
        arena,
        arena_printf(
            arena,
            "on: push\njobs:\n  a:\n    steps:\n    - shell: %s\n      run: |\n%s",
            shell,
            script
        )
    );
    return &workflow->jobs.ptr[0].steps.ptr[0];
}

static void reads_the_lines_of_a_script(void **state)
{
    const Step *step =
        step_of(*state, "bash", "        # npm test\n        go \\\n          vet\n        ls\n");
    ScriptLine line;
    size_t at = 0;
    assert_true(script_next(step, &at, &line));
    assert_str(line.text, "go \\\n  vet");
    assert_true(script_next(step, &at, &line));
    assert_str(span_text(script_span(step, line.from, line.to)), "ls");
    assert_false(script_next(step, &at, &line));
}

static void reads_the_commands_of_a_script(void **state)
{
    const Step *step = step_of(
        *state,
        "bash",
        "        A=1 sudo npm  test | tee x && \\\n          git -C a push --force\n"
        "        echo npm audit ${{ github.sha }} # go vet\n"
    );
    assert_true(step_runs(step, "npm test"));
    assert_true(step_runs(step, "tee"));
    assert_true(step_runs(step, "git push"));
    assert_true(step_runs(step, "git push --force"));
    assert_false(step_runs(step, "git push --tags"));
    assert_false(step_runs(step, "test"));
    assert_false(step_runs(step, "npm audit"));
    assert_false(step_runs(step, "go vet"));
    const ShellCommand *echo = step_command(step, "echo");
    const ShellWord *word = vec_last(&echo->words);
    assert_false(word->is_literal);
    assert_str(span_text(script_span(step, word->span.start, word->span.end)), "${{ github.sha }}");
    assert_ptr_equal(step_command_at(step, word->span.start), echo);
}

static void goes_on_behind_what_it_cannot_read(void **state)
{
    const char *script = "        if ($x) {\n          npm test\n        }\n        go vet\n";
    const Step *other = step_of(*state, "pwsh", script);
    assert_true(step_runs(other, "npm test") && step_runs(other, "go vet"));
    const Step *broken = step_of(*state, "bash", script);
    assert_true(step_runs(broken, "npm test") && step_runs(broken, "go vet"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(types_the_matrix),
        arena_test(types_steps_and_inputs),
        arena_test(types_operators_and_functions),
        arena_test(makes_nothing_of_what_a_run_brings),
        arena_test(follows_what_others_write),
        arena_test(knows_actions_by_version_and_comment),
        arena_test(knows_whom_to_trust),
        arena_test(reads_the_lines_of_a_script),
        arena_test(reads_the_commands_of_a_script),
        arena_test(goes_on_behind_what_it_cannot_read),
    };
    return cmocka_run_group_tests_name("actions_types", tests, NULL, NULL);
}
