/* A workflow, an action or dependabot.yml on any bytes: every expression lies inside of its scalar
 * and has a place in the file. */
#include <assert.h>

#include "codec/yaml.h"

#include "audit/actions/contexts.h"
#include "audit/actions/script.h"
#include "audit/actions/syntax.h"
#include "audit/actions/taint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_expression(Contexts *contexts, const WorkflowExpr *expr)
{
    size_t size = contexts->workflow->source->text.len;
    Span span = workflow_expr_span(expr, NULL);
    assert(expr->from <= expr->to && expr->to <= expr->node->text.len);
    assert(span.start <= span.end && span.end <= size);
    if (!expr->root) {
        return;
    }
    contexts->expr = expr;
    TypeChecker checker = {
        .arena = contexts->arena, .place = expr->place, .context = context_type, .user = contexts
    };
    (void) expression_check(&checker, expr->root);
    (void) taint_of(expr);
}

static void check_workflow(Arena *arena, Source *source, const Node *root, WorkflowKind kind)
{
    Workflow *workflow = workflow_read(arena, source, root, kind);
    Contexts contexts = { .arena = arena, .workflow = workflow };
    vec_foreach(expr, &workflow->expressions) {
        check_expression(&contexts, expr);
    }
    SyntaxCheck check = { .arena = arena };
    syntax_check(
        &check, kind == WORKFLOW_ACTION ? &syntax_action : &syntax_workflow, root, STR("it")
    );
    if (node_is_map(root)) {
        workflow_check_values(&check, workflow);
    }
    vec_foreach(job, &workflow->jobs) {
        vec_foreach(step, &job->steps) {
            ScriptLine line;
            for (size_t at = 0; script_next(step, &at, &line);) {
                assert(line.from < line.to && line.to <= step->run->text.len);
            }
            for (size_t i = 0; step->script && i < step->script->commands.len; i++) {
                const ShellCommand *command = &step->script->commands.ptr[i];
                assert(command->span.end <= step->run->text.len);
                assert(command->parent == SHELL_TOP || command->parent < i);
                (void) shell_pipe_first(step->script, command);
            }
            (void) step_runs(step, "npm test");
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena Arena *arena = arena_new(0);
    DiagList diags = DIAG_LIST(arena);
    Source *source =
        source_new(arena, STR("x/.github/workflows/ci.yml"), str_make((const char *) data, size));
    YamlOptions options = { .limits = { .max_nodes = 10000 } };
    Node *root = NULL;
    if (yaml_read_one(arena, source, &options, &root, &diags) < 0) {
        return 0;
    }
    check_workflow(arena, source, root, WORKFLOW_JOBS);
    check_workflow(arena, source, root, WORKFLOW_ACTION);
    return 0;
}
