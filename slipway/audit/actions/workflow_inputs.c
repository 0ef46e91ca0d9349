/* The inputs of workflow_dispatch and workflow_call: types, options, defaults. */
#include "base/map.h"

#include "audit/kubernetes.h"
#include "syntax.h"

enum { DISPATCH_INPUTS_MOST = 25 };

typedef struct Input {
    const Node *node, *type, *preset, *options;
    bool is_called; /* of workflow_call */
} Input;

static bool is_type(const Input *input, const char *name)
{
    return input->type && node_is_scalar(input->type) && str_eq_cstr(input->type->text, name);
}

static void check_options(SyntaxCheck *check, const Input *input)
{
    Map seen = MAP_ON_ARENA(check->arena);
    for (size_t i = 0; i < node_len(input->options); i++) {
        const Node *option = input->options->seq.items[i];
        if (node_is_scalar(option) && map_has(&seen, option->text)) {
            syntax_fault(
                check, option->span, "the option \"%" STR_FMT "\" twice", STR_ARG(option->text)
            );
        }
        if (node_is_scalar(option)) {
            map_set(&seen, option->text, NULL);
        }
    }
    if (input->preset && input->options && !map_has(&seen, input->preset->text)) {
        syntax_fault(
            check,
            input->preset->span,
            "\"%" STR_FMT "\" is none of the options",
            STR_ARG(input->preset->text)
        );
    }
}

static void check_choice(SyntaxCheck *check, const Input *input)
{
    if (is_type(input, "choice")) {
        if (input->options) {
            check_options(check, input);
        } else {
            syntax_fault(check, input->type->span, "a choice wants its \"options\"");
        }
    } else if (input->options && !input->is_called) {
        syntax_fault(check, input->options->span, "only an input of type choice has options")
            ->hint = STR("add `type: choice`");
    }
}

static bool is_number(const Node *node)
{
    double value;
    return node->kind == NODE_INT || node->kind == NODE_FLOAT ||
           (node->kind == NODE_STRING && str_to_double(node->text, &value));
}

static bool is_boolean(const Node *node)
{
    return node->kind == NODE_BOOL ||
           (node->kind == NODE_STRING && syntax_has_word("true false", node->text));
}

static void check_default(SyntaxCheck *check, const Input *input)
{
    const Node *preset = input->preset;
    bool has_expression =
        preset && preset->kind == NODE_STRING && str_find(preset->text, STR("${{")) != STR_NONE;
    if (!preset || !node_is_scalar(preset) || has_expression) {
        return;
    }
    bool is_wrong = (is_type(input, "number") && !is_number(preset)) ||
                    (is_type(input, "boolean") && !is_boolean(preset));
    if (is_wrong) {
        syntax_fault(
            check,
            preset->span,
            "the default of a %" STR_FMT " is \"%" STR_FMT "\"",
            STR_ARG(input->type->text),
            STR_ARG(preset->text)
        );
    }
    if (input->is_called && preset->kind != NODE_NULL &&
        str_eq(node_text(input->node, "required"), STR("true"))) {
        SyntaxFault *fault =
            syntax_fault(check, preset->span, "an input that is required never has its default");
        fault->hint = STR("take away one of the two");
    }
}

static void check_event(SyntaxCheck *check, const Node *inputs, bool is_called)
{
    const char *types =
        is_called ? "string boolean number" : "string boolean choice number environment";
    for (size_t i = 0; node_is_map(inputs) && i < inputs->map.len; i++) {
        const Node *node = inputs->map.pairs[i].value;
        const Input input = { .node = node,
                              .type = node_path(node, "type"),
                              .preset = node_path(node, "default"),
                              .options = node_path(node, "options"),
                              .is_called = is_called };
        if (input.type && node_is_scalar(input.type) && input.type->text.len > 0 &&
            !syntax_has_word(types, input.type->text)) {
            syntax_fault_unknown(check, input.type, "type of an input", types);
        }
        check_choice(check, &input);
        check_default(check, &input);
        if (!is_called && i == DISPATCH_INPUTS_MOST) {
            syntax_fault(
                check,
                inputs->map.pairs[i].key->span,
                "workflow_dispatch takes %d inputs at most",
                DISPATCH_INPUTS_MOST
            );
        }
    }
}

void workflow_check_inputs(SyntaxCheck *check, const Workflow *workflow)
{
    check_event(check, workflow_declared(workflow, "workflow_dispatch", "inputs"), false);
    check_event(check, workflow_declared(workflow, "workflow_call", "inputs"), true);
}
