/* The functions of expressions.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#functions */
#include "base/mem.h"
#include "codec/json.h"

#include "expression_type.h"

enum { ARGUMENTS_ANY = 255, FORMAT_PLACES_MOST = 64 };

typedef enum FunctionNeed { NEED_NOTHING, NEED_STATE, NEED_HASH_FILES } FunctionNeed;

typedef struct Function {
    Str name;
    unsigned least, most;
    const char *
        parameters; /* a letter each, the last one for those behind: s string, a any, l string or list */
    const ExprType *result;
    FunctionNeed need;
} Function;

static const Function functions[] = {
    { STR_INIT("contains"), 2, 2, "la", &type_bool, NEED_NOTHING },
    { STR_INIT("startsWith"), 2, 2, "s", &type_bool, NEED_NOTHING },
    { STR_INIT("endsWith"), 2, 2, "s", &type_bool, NEED_NOTHING },
    { STR_INIT("format"), 1, ARGUMENTS_ANY, "sa", &type_string, NEED_NOTHING },
    { STR_INIT("join"), 1, 2, "ls", &type_string, NEED_NOTHING },
    { STR_INIT("toJSON"), 1, 1, "a", &type_string, NEED_NOTHING },
    { STR_INIT("fromJSON"), 1, 1, "s", &type_any, NEED_NOTHING },
    { STR_INIT("case"), 3, ARGUMENTS_ANY, "a", &type_any, NEED_NOTHING },
    { STR_INIT("hashFiles"), 1, ARGUMENTS_ANY, "s", &type_string, NEED_HASH_FILES },
    { STR_INIT("success"), 0, 0, "", &type_bool, NEED_STATE },
    { STR_INIT("failure"), 0, 0, "", &type_bool, NEED_STATE },
    { STR_INIT("always"), 0, 0, "", &type_bool, NEED_STATE },
    { STR_INIT("cancelled"), 0, 0, "", &type_bool, NEED_STATE },
};

static const Function *find_function(TypeChecker *checker, const Expr *call)
{
    Str names[ARRAY_LEN(functions)];
    for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
        if (str_eq_nocase(functions[i].name, call->name)) {
            return &functions[i];
        }
        names[i] = functions[i].name;
    }
    Str near = str_nearest(call->name, names, ARRAY_LEN(names));
    type_fault(
        checker,
        call,
        near.len ? str_printf(checker->arena, "did you mean \"%" STR_FMT "\"?", STR_ARG(near))
                 : STR(""),
        "there is no function \"%" STR_FMT "\"",
        STR_ARG(call->name)
    );
    return NULL;
}

static void check_need(TypeChecker *checker, const Expr *call, const Function *function)
{
    if (function->need == NEED_STATE && !place_has_state(checker->place)) {
        type_fault(
            checker,
            call,
            STR("it belongs in an `if`"),
            "%" STR_FMT "() can't be called in %s",
            STR_ARG(function->name),
            place_name(checker->place)
        );
    }
    if (function->need == NEED_HASH_FILES && !place_has_hash_files(checker->place)) {
        type_fault(
            checker,
            call,
            STR("only the keys of a step have it: there the files are"),
            "hashFiles() can't be called in %s",
            place_name(checker->place)
        );
    }
}

static bool check_arity(TypeChecker *checker, const Expr *call, const Function *function)
{
    size_t count = call->items.len;
    bool is_even_case = str_eq(function->name, STR("case")) && count % 2 == 0;
    if (count >= function->least && count <= function->most && !is_even_case) {
        return true;
    }
    const char *range = function->most == ARGUMENTS_ANY ? " or more" : "";
    if (function->most > function->least && function->most != ARGUMENTS_ANY) {
        range = arena_printf(checker->arena, " to %u", function->most);
    }
    type_fault(
        checker,
        call,
        is_even_case ? STR("pairs of a condition and a value, then the value for the rest")
                     : STR(""),
        "%" STR_FMT "() takes %u%s arguments, not %zu",
        STR_ARG(function->name),
        function->least,
        range,
        count
    );
    return false;
}

static void check_arguments(
    TypeChecker *checker, const Expr *call, const Function *function, const ExprType *const *types
)
{
    size_t letters = strlen(function->parameters);
    for (size_t i = 0; i < call->items.len && letters > 0; i++) {
        char letter = function->parameters[i < letters ? i : letters - 1];
        bool is_list = types[i]->kind == TYPE_ARRAY;
        bool is_wrong = (letter == 's' && (is_list || types[i]->kind == TYPE_OBJECT)) ||
                        (letter == 'l' && types[i]->kind == TYPE_OBJECT);
        if (is_wrong) {
            type_fault(
                checker,
                call->items.ptr[i],
                STR(""),
                "%" STR_FMT "() wants a string%s here, this is %s",
                STR_ARG(function->name),
                letter == 'l' ? " or an array" : "",
                type_name(types[i])
            );
        }
    }
}

/* --- format ----------------------------------------------------------------------------------- */

/* "{12}" at `at`, doubled braces passed over: moves behind it. */
static bool next_placeholder(Str text, size_t *at, size_t *ret_number)
{
    while (*at < text.len) {
        char c = text.ptr[*at];
        bool doubled = *at + 1 < text.len && text.ptr[*at + 1] == c;
        if ((c == '{' || c == '}') && doubled) {
            *at += 2;
            continue;
        }
        (*at)++;
        size_t end = c == '{' ? str_find_char(str_skip(text, *at), '}') : STR_NONE;
        int64_t number;
        if (end != STR_NONE && str_to_int64(str_slice(text, *at, *at + end), &number) &&
            number >= 0) {
            *at += end + 1;
            *ret_number = (size_t) number;
            return true;
        }
    }
    return false;
}

static void check_format(TypeChecker *checker, const Expr *call)
{
    const Expr *pattern = call->items.ptr[0];
    if (pattern->kind != EXPR_STRING) {
        return;
    }
    size_t given = call->items.len - 1, at = 0, number;
    bool used[FORMAT_PLACES_MOST] = { false };
    while (next_placeholder(pattern->name, &at, &number)) {
        if (number >= given) {
            type_fault(
                checker, pattern, STR(""), "\"{%zu}\" has no argument: there are %zu", number, given
            );
        } else if (number < FORMAT_PLACES_MOST) {
            used[number] = true;
        }
    }
    for (size_t i = 0; i < given && i < FORMAT_PLACES_MOST; i++) {
        if (!used[i]) {
            type_fault(
                checker,
                call->items.ptr[i + 1],
                STR(""),
                "the text has no \"{%zu}\" for this argument",
                i
            );
        }
    }
}

/* --- fromJSON --------------------------------------------------------------------------------- */

static const ExprType *check_from_json(TypeChecker *checker, const Expr *call)
{
    const Expr *text = call->items.ptr[0];
    if (text->kind != EXPR_STRING) {
        return &type_any;
    }
    Node *root = NULL;
    Error err = ERROR_INIT;
    if (json_read_str(checker->arena, text->name, NULL, &root, &err) < 0) {
        type_fault(checker, text, STR(""), "not JSON: %s", err.message);
        return &type_any;
    }
    return type_of_node(checker->arena, root);
}

static const ExprType *
case_type(TypeChecker *checker, const Expr *call, const ExprType *const *types)
{
    const ExprType *type = types[call->items.len - 1];
    for (size_t i = 1; i < call->items.len; i += 2) {
        type = type_merge(checker->arena, type, types[i]);
    }
    return type;
}

const ExprType *function_check(TypeChecker *checker, const Expr *call, const ExprType *const *types)
{
    const Function *function = find_function(checker, call);
    if (!function) {
        return &type_any;
    }
    check_need(checker, call, function);
    if (!check_arity(checker, call, function)) {
        return function->result;
    }
    check_arguments(checker, call, function, types);
    if (str_eq(function->name, STR("format"))) {
        check_format(checker, call);
    } else if (str_eq(function->name, STR("fromJSON"))) {
        return check_from_json(checker, call);
    } else if (str_eq(function->name, STR("case"))) {
        return case_type(checker, call, types);
    }
    return function->result;
}
