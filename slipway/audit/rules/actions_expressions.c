/* Expressions: what parses, what can be evaluated, and conditions that don't decide anything. */
#include "base/mem.h"

#include "audit/actions/contexts.h"
#include "audit/kubernetes.h"
#include "audit/rule.h"

/* --- GH002 ------------------------------------------------------------------------------------ */

static void find_broken(RuleContext *ctx, const WorkflowExpr *expr)
{
    Span span = workflow_span(expr->workflow, expr->node, expr->fault.start, expr->fault.end);
    Diag *diag = rule_find_span(ctx, span, "%" STR_FMT, STR_ARG(expr->fault.message));
    if (str_find(expr->fault.message, STR("single quotes")) == STR_NONE) {
        rule_hint(ctx, diag, "the expression doesn't parse, and GitHub refuses the whole workflow");
    }
}

static bool is_of_container(const Node *container, const WorkflowExpr *expr)
{
    return node_is_map(container) && node_get(container, expr->key) == expr->node;
}

/* Whether it stands at the key itself in the job's container, or in a service. */
static bool is_in_container(const WorkflowExpr *expr)
{
    const Node *services = expr->job->services;
    bool is_there = is_of_container(expr->job->container, expr);
    for (size_t i = 0; node_is_map(services) && i < services->map.len && !is_there; i++) {
        is_there = is_of_container(services->map.pairs[i].value, expr);
    }
    return is_there;
}

/* Whether the key is one of the syntax, and not an input or a variable of the same name. */
static bool is_keyword(const WorkflowExpr *expr)
{
    if (expr->step) {
        return node_get(expr->step->node, expr->key) == expr->node;
    }
    return !expr->job || expr->place == PLACE_JOB_STRATEGY ||
           node_get(expr->job->node, expr->key) == expr->node || is_in_container(expr) ||
           node_path(expr->job->node, "concurrency.cancel-in-progress") == expr->node;
}

static const struct {
    const char *key;
    TypeKind wanted, of_items;
} wants[] = {
    { "timeout-minutes", TYPE_NUMBER, TYPE_ANY },
    { "max-parallel", TYPE_NUMBER, TYPE_ANY },
    { "continue-on-error", TYPE_BOOL, TYPE_ANY },
    { "fail-fast", TYPE_BOOL, TYPE_ANY },
    { "cancel-in-progress", TYPE_BOOL, TYPE_ANY },
    { "matrix", TYPE_OBJECT, TYPE_ANY },
    { "include", TYPE_ARRAY, TYPE_OBJECT },
    { "exclude", TYPE_ARRAY, TYPE_OBJECT },
    { "env", TYPE_OBJECT, TYPE_ANY },
    { "services", TYPE_OBJECT, TYPE_ANY },
    { "credentials", TYPE_OBJECT, TYPE_ANY },
    { "outputs", TYPE_OBJECT, TYPE_ANY },
};

/* An input of workflow_call says the type of its default. */
static TypeKind type_of_input(const WorkflowExpr *expr)
{
    const Node *inputs = workflow_declared(expr->workflow, "workflow_call", "inputs");
    for (size_t i = 0; node_is_map(inputs) && i < inputs->map.len; i++) {
        const Node *input = inputs->map.pairs[i].value;
        Str type = node_text(input, "type");
        if (node_path(input, "default") == expr->node) {
            return str_eq(type, STR("number"))    ? TYPE_NUMBER
                   : str_eq(type, STR("boolean")) ? TYPE_BOOL
                                                  : TYPE_ANY;
        }
    }
    return TYPE_ANY;
}

static TypeKind wanted_type(const WorkflowExpr *expr)
{
    if (expr->place == PLACE_INPUT_DEFAULT) {
        return type_of_input(expr);
    }
    const Node *matrix = expr->job ? expr->job->matrix.node : NULL;
    for (size_t i = 0; i < ARRAY_LEN(wants) && is_keyword(expr); i++) {
        if (str_eq_cstr(expr->key, wants[i].key)) {
            return expr->is_item ? wants[i].of_items : wants[i].wanted;
        }
    }
    bool is_axis = node_is_map(matrix) && node_get(matrix, expr->key) == expr->node;
    return is_axis ? TYPE_ARRAY : TYPE_ANY;
}

static const char *wanted_name(TypeKind type)
{
    return type == TYPE_NUMBER   ? "a number"
           : type == TYPE_BOOL   ? "a boolean"
           : type == TYPE_OBJECT ? "an object"
                                 : "an array";
}

/* Keys that want one type, where the whole value is an expression. */
static void check_wanted(RuleContext *ctx, const WorkflowExpr *expr, const ExprType *type)
{
    TypeKind wanted = wanted_type(expr);
    if (wanted == TYPE_ANY || type_may_be(type, wanted)) {
        return;
    }
    Diag *diag = rule_find_span(
        ctx,
        workflow_expr_span(expr, NULL),
        "\"%" STR_FMT "\" wants %s, this is %s",
        STR_ARG(expr->key),
        wanted_name(wanted),
        type_name(type)
    );
    rule_hint(
        ctx, diag, "%s", type->kind == TYPE_STRING ? "fromJSON(…) makes a value of a string" : ""
    );
}

/* A list or map may be the whole of these, and part of a matrix. */
static bool takes_collections(const WorkflowExpr *expr)
{
    static const char *const keys[] = { "env",      "matrix",    "include", "exclude",
                                        "runs-on",  "needs",     "ports",   "volumes",
                                        "services", "container", "labels",  "credentials" };
    for (size_t i = 0; i < ARRAY_LEN(keys) && !expr->is_item; i++) {
        if (str_eq_cstr(expr->key, keys[i])) {
            return true;
        }
    }
    return expr->place == PLACE_JOB_STRATEGY || expr->is_condition;
}

static void check_text(RuleContext *ctx, const WorkflowExpr *expr, const ExprType *type)
{
    bool is_collection = type->kind == TYPE_OBJECT || type->kind == TYPE_ARRAY;
    if (is_collection && !(expr->is_whole && takes_collections(expr))) {
        Diag *diag = rule_find_span(
            ctx,
            workflow_expr_span(expr, NULL),
            "%s becomes the text \"%s\"",
            type_name(type),
            type->kind == TYPE_ARRAY ? "Array" : "Object"
        );
        rule_hint(
            ctx,
            diag,
            "%s",
            type->kind == TYPE_ARRAY ? "join(…) or toJSON(…) makes text of it"
                                     : "toJSON(…) makes text of it"
        );
    }
}

static void check_expression(RuleContext *ctx, Contexts *contexts, const WorkflowExpr *expr)
{
    if (!expr->root) {
        find_broken(ctx, expr);
        return;
    }
    if (expr->place == PLACE_NOWHERE) {
        Diag *diag = rule_find_span(
            ctx,
            workflow_expr_span(expr, NULL),
            "\"%" STR_FMT "\" takes no expression",
            STR_ARG(expr->key)
        );
        rule_hint(ctx, diag, "write the value itself");
        return;
    }
    TypeChecker checker = {
        .arena = contexts->arena, .place = expr->place, .context = context_type, .user = contexts
    };
    contexts->expr = expr;
    const ExprType *type = expression_check(&checker, expr->root);
    vec_foreach(fault, &checker.faults) {
        Diag *diag = rule_find_span(
            ctx, workflow_expr_span(expr, fault->at), "%" STR_FMT, STR_ARG(fault->message)
        );
        rule_hint(ctx, diag, "%" STR_FMT, STR_ARG(fault->hint));
    }
    if (checker.faults.len == 0) {
        check_text(ctx, expr, type);
        if (expr->is_whole) {
            check_wanted(ctx, expr, type);
        }
    }
}

static void gh002(RuleContext *ctx, const Workflow *workflow)
{
    Contexts contexts = { .arena = ctx->diags->arena, .workflow = workflow };
    vec_foreach(expr, &workflow->expressions) {
        check_expression(ctx, &contexts, expr);
    }
}

/* --- GH008 ------------------------------------------------------------------------------------ */

/* `${{ a }} && b` becomes `(a) && b`, where that is an expression. */
static void fix_braces(RuleContext *ctx, Diag *diag, const Node *node)
{
    Arena *arena = ctx->diags->arena;
    Str text = str_replace(
        arena, str_replace(arena, node->text, STR("${{ "), STR("(")), STR("${{"), STR("(")
    );
    text = str_trim(
        str_replace(arena, str_replace(arena, text, STR(" }}"), STR(")")), STR("}}"), STR(")"))
    );
    size_t end;
    ExprFault fault;
    bool is_plain = node->style == STYLE_PLAIN && text.ptr[0] != '!' &&
                    str_find(text, STR(": ")) == STR_NONE && str_find(text, STR(" #")) == STR_NONE;
    if (is_plain && expression_parse(arena, text, 0, EXPR_BARE, &end, &fault)) {
        rule_fix(ctx, diag, node->span, "%" STR_FMT, STR_ARG(text));
    }
}

/* `|` becomes `|-`. */
static void fix_block(RuleContext *ctx, Diag *diag, const Node *node)
{
    Str head = span_text(node->span);
    bool is_bare = (node->style == STYLE_LITERAL || node->style == STYLE_FOLDED) && head.len > 1 &&
                   (head.ptr[1] == '\n' || head.ptr[1] == ' ');
    if (is_bare) {
        rule_fix(
            ctx, diag, span_make(node->span.source, node->span.start + 1, node->span.start + 1), "-"
        );
    }
}

/* Text around the braces makes a string of the whole, and a string that isn't empty is true. A
 * block that keeps its last line break is such a text. */
static void check_beside(RuleContext *ctx, const WorkflowExpr *expr)
{
    const Node *node = expr->node;
    bool is_break = expr->from == 0 && str_is_empty(str_trim(str_skip(node->text, expr->to)));
    bool is_block = is_break && (node->style == STYLE_LITERAL || node->style == STYLE_FOLDED);
    Span head = span_make(node->span.source, node->span.start, node->span.start + 1);
    Diag *diag = rule_find_span(
        ctx,
        is_block ? head : workflow_expr_span(expr, NULL),
        "always true: %s makes a text of it",
        is_break ? "the line break behind the braces" : "what stands beside the braces"
    );
    if (is_break) {
        rule_hint(ctx, diag, "write `if: |-`, or leave the braces away");
        fix_block(ctx, diag, node);
    } else {
        rule_hint(ctx, diag, "put all of it inside the braces, or leave them away");
        fix_braces(ctx, diag, node);
    }
}

static void check_condition(RuleContext *ctx, const WorkflowExpr *expr)
{
    if (!expr->is_whole) {
        check_beside(ctx, expr);
    } else if (expr->root && expr_is_constant(expr->root) && expr->root->kind != EXPR_BOOL) {
        rule_find_span(
            ctx,
            workflow_expr_span(expr, expr->root),
            "always the same: nothing of it comes from the run"
        );
    }
}

static void gh008(RuleContext *ctx, const Workflow *workflow)
{
    const Node *last = NULL;
    vec_foreach(expr, &workflow->expressions) {
        if (expr->is_condition && expr->node != last) {
            last = expr->node;
            check_condition(ctx, expr);
        }
    }
}

/* --- GH009 ------------------------------------------------------------------------------------ */

static bool is_falsy(const Expr *expr)
{
    return expr->kind == EXPR_NULL || (expr->kind == EXPR_BOOL && !expr->boolean) ||
           (expr->kind == EXPR_NUMBER && expr->number == 0) ||
           (expr->kind == EXPR_STRING && expr->name.len == 0);
}

/* Where text of the file may be put: no quotes of YAML around it that would have to be doubled. */
static bool is_unquoted(const WorkflowExpr *expr)
{
    return expr->node->style == STYLE_PLAIN || expr->node->style == STYLE_LITERAL ||
           expr->node->style == STYLE_FOLDED;
}

/* 'a b' -> fromJSON('["a", "b"]') */
static void fix_contains(RuleContext *ctx, Diag *diag, const WorkflowExpr *expr, const Expr *words)
{
    Str rest = words->name, word;
    StrBuf list = STRBUF_ON_ARENA(ctx->diags->arena);
    bool can = is_unquoted(expr);
    while (str_next(&rest, ' ', &word)) {
        can = can && !str_has_char(word, '"') && !str_has_char(word, '\'') &&
              !str_has_char(word, '\\');
        if (word.len > 0) {
            strbuf_addf(&list, "%s\"%" STR_FMT "\"", list.len ? ", " : "", STR_ARG(word));
        }
    }
    if (can && list.len > 0) {
        rule_fix(
            ctx,
            diag,
            workflow_expr_span(expr, words),
            "fromJSON('[%" STR_FMT "]')",
            STR_ARG(strbuf_str(&list))
        );
    }
}

/* contains('refs/heads/main refs/heads/develop', github.ref): a part of a word matches too. */
static void check_contains(RuleContext *ctx, const WorkflowExpr *expr, const Expr *call)
{
    if (!expr_is_call(call, "contains") || call->items.len != 2 ||
        call->items.ptr[0]->kind != EXPR_STRING) {
        return;
    }
    Str path = expr_path(ctx->diags->arena, call->items.ptr[1]);
    bool is_set_by_others = str_has_prefix(path, STR("github.")) ||
                            str_has_prefix(path, STR("env.")) ||
                            str_has_prefix(path, STR("inputs."));
    if (is_set_by_others) {
        Diag *diag = rule_find_span(
            ctx,
            workflow_expr_span(expr, call),
            "\"%" STR_FMT "\" need only be a part of '%" STR_FMT "'",
            STR_ARG(path),
            STR_ARG(call->items.ptr[0]->name)
        );
        rule_hint(
            ctx,
            diag,
            "contains(fromJSON('[\"a\", \"b\"]'), %" STR_FMT ") compares whole words",
            STR_ARG(path)
        );
        fix_contains(ctx, diag, expr, call->items.ptr[0]);
    }
}

static bool is_truthy_literal(const Expr *expr)
{
    return expr_is_constant(expr) && expr->kind <= EXPR_STRING && !is_falsy(expr);
}

/* ${{ a && '' || b }} -> ${{ !a && b || '' }}; another value than a literal may be false itself. */
static void fix_ternary(RuleContext *ctx, Diag *diag, const WorkflowExpr *expr, const Expr *row)
{
    const Expr *pair = row->items.ptr[0], *other = row->items.ptr[1];
    if (row->items.len != 2 || pair->kind != EXPR_AND || pair->items.len != 2 ||
        !is_unquoted(expr) || expr->is_condition) {
        return;
    }
    const Expr *test = pair->items.ptr[0];
    bool is_single = test->kind >= EXPR_VARIABLE && test->kind <= EXPR_CALL;
    rule_fix(
        ctx,
        diag,
        workflow_expr_span(expr, row),
        is_single ? "!%" STR_FMT " && %" STR_FMT " || %" STR_FMT
                  : "!(%" STR_FMT ") && %" STR_FMT " || %" STR_FMT,
        STR_ARG(span_text(workflow_expr_span(expr, test))),
        STR_ARG(span_text(workflow_expr_span(expr, other))),
        STR_ARG(span_text(workflow_expr_span(expr, pair->items.ptr[1])))
    );
    diag->is_suggestion = !is_truthy_literal(other);
}

/* a && '' || b is always b. */
static void check_ternary(RuleContext *ctx, const WorkflowExpr *expr, const Expr *row)
{
    if (row->kind != EXPR_OR) {
        return;
    }
    for (size_t i = 0; i + 1 < row->items.len; i++) {
        const Expr *pair = row->items.ptr[i];
        const Expr *then = pair->kind == EXPR_AND ? *vec_last(&pair->items) : NULL;
        if (then && is_falsy(then)) {
            Diag *diag = rule_find_span(
                ctx,
                workflow_expr_span(expr, then),
                "never the result: it counts as false, so what stands behind \"||\" is"
            );
            rule_hint(ctx, diag, "turn the condition around: !a && b || ''");
            fix_ternary(ctx, diag, expr, row);
        }
    }
}

static void check_parts(RuleContext *ctx, const WorkflowExpr *expr, const Expr *part)
{
    check_contains(ctx, expr, part);
    check_ternary(ctx, expr, part);
    vec_foreach(item, &part->items) {
        check_parts(ctx, expr, *item);
    }
}

static void gh009(RuleContext *ctx, const Workflow *workflow)
{
    vec_foreach(expr, &workflow->expressions) {
        if (expr->root) {
            check_parts(ctx, expr, expr->root);
        }
    }
}

#define STEP(yaml) "jobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n" yaml

static const AuditRule rules[] = {
    { .id = "GH002",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_ERROR,
      .meaning = "An expression that doesn't parse, or that can't be evaluated as it is meant",
      .why =
          "What doesn't parse refuses the workflow; an unknown property is empty, without a word.",
      .fix = "correct the expression",
      .bad = STEP("    - run: echo ${{ steps.nobody.outputs.tag }}\n"),
      .good = STEP("    - id: version\n      run: echo tag=1 >> \"$GITHUB_OUTPUT\"\n"
                   "    - run: echo ${{ steps.version.outputs.tag }}\n"),
      .peers = "AL:expression",
      .check_workflow = gh002 },
    { .id = "GH008",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_ERROR,
      .meaning = "A condition that is always true",
      .why = "The step or job runs where it was meant not to, and looks guarded.",
      .fix = "leave the braces away: an `if` is an expression without them",
      .bad = STEP("    - if: ${{ github.ref_name == 'main' }} && success()\n      run: ./deploy\n"),
      .good = STEP("    - if: github.ref_name == 'main' && success()\n      run: ./deploy\n"),
      .peers = "AL:if-cond ZZ:unsound-condition",
      .check_workflow = gh008 },
    { .id = "GH009",
      .artifact = "GitHub Actions",
      .severity = SEVERITY_WARN,
      .meaning = "contains() over a text of words, or a choice whose value counts as false",
      .why = "A branch named like a part of the list passes; an empty value is never chosen.",
      .fix = "contains(fromJSON('[…]'), x) compares whole words; turn the condition around",
      .bad = STEP(
          "    - if: contains('refs/heads/main refs/heads/next', github.ref)\n      run: ./deploy\n"
      ),
      .good = STEP(
          "    - if: contains(fromJSON('[\"refs/heads/main\", \"refs/heads/next\"]'), github.ref)\n"
          "      run: ./deploy\n"
      ),
      .peers = "ZZ:unsound-contains ZZ:unsound-ternary",
      .check_workflow = gh009 },
};

const RuleFamily rules_actions_expressions = { rules, ARRAY_LEN(rules) };
