#include "validate.h"

#include "base/text.h"

#include "limits.h"
#include "quantity.h"

enum { DEPTH_MOST = 100 };

/* Where the walk is: "spec.containers[0]". */
typedef struct Place {
    const struct Place *up;
    const ApiType *type; /* of the map whose key this is; NULL: of an item, or of a plain map */
    const Node *key;     /* NULL: an item */
    size_t index;
    unsigned depth;
} Place;

typedef struct Walk {
    Api *api;
    Arena *arena;
    ApiProblems *problems;
} Walk;

/* --- problems --------------------------------------------------------------------------------- */

static void add_path(StrBuf *out, const Place *place)
{
    if (!place) {
        return;
    }
    add_path(out, place->up);
    if (!place->key) {
        strbuf_addf(out, "[%zu]", place->index);
        return;
    }
    Str key = place->key->text;
    bool is_quoted = str_has_char(key, '.') || str_has_char(key, '/');
    strbuf_addf(
        out, is_quoted ? "%s\"%" STR_FMT "\"" : "%s%" STR_FMT, out->len > 0 ? "." : "", STR_ARG(key)
    );
}

static Str path_of(const Walk *walk, const Place *place)
{
    StrBuf out = STRBUF_ON_ARENA(walk->arena);
    add_path(&out, place);
    return strbuf_str(&out);
}

static ApiProblem *add_problem(Walk *walk, const Node *at, Str message)
{
    ApiProblem *problem = vec_add(walk->problems, walk->arena);
    problem->at = at;
    problem->message = message;
    return problem;
}

static void hint_nearest(Walk *walk, ApiProblem *problem, Str word, const Str *names, size_t count)
{
    Str nearest = str_nearest(word, names, count);
    if (nearest.len > 0) {
        problem->hint = str_printf(walk->arena, "did you mean \"%" STR_FMT "\"?", STR_ARG(nearest));
    }
}

/* A value of the wrong kind: "spec.replicas: \"two\" is a string, not a whole number". */
static ApiProblem *wrong_kind(Walk *walk, const Node *node, const Place *place, const char *wanted)
{
    Str path = path_of(walk, place);
    const char *is = node->yaml11_bool ? "a boolean to Kubernetes" : node_kind_name(node->kind);
    if (!node_is_scalar(node)) {
        return add_problem(
            walk,
            place->key ? place->key : node,
            str_printf(walk->arena, "%" STR_FMT " is %s, not %s", STR_ARG(path), is, wanted)
        );
    }
    const char *quote = node_is_string(node) && !node->yaml11_bool ? "\"" : "";
    return add_problem(
        walk,
        node,
        str_printf(
            walk->arena,
            "%" STR_FMT ": %s%" STR_FMT "%s is %s, not %s",
            STR_ARG(path),
            quote,
            STR_ARG(node->text),
            quote,
            is,
            wanted
        )
    );
}

/* --- scalars ---------------------------------------------------------------------------------- */

/* Filled in by another tool before it is applied: "${REPLICAS}", "{{ replicas }}"; or opened by SOPS:
 * "ENC[AES256_GCM,…]". */
static bool is_placeholder(const Node *node)
{
    return node->kind == NODE_STRING &&
           (str_find(node->text, STR("${")) != STR_NONE ||
            str_find(node->text, STR("{{")) != STR_NONE || str_has_prefix(node->text, STR("ENC[")));
}

/* What SOPS adds to a document that it seals, and takes away again. */
static bool is_seal(const NodePair *pair, const Place *place)
{
    return !place && str_eq(pair->key->text, STR("sops")) && node_get_cstr(pair->value, "mac");
}

static void check_values(Walk *walk, const ApiShape *shape, const Node *node, const Place *place)
{
    if (shape->value_count == 0 || node->text.len == 0) {
        return;
    }
    enum { VALUES_SHOWN = 12 };
    StrBuf list = STRBUF_ON_ARENA(walk->arena);
    for (size_t i = 0; i < shape->value_count; i++) {
        if (str_eq(shape->values[i], node->text)) {
            return;
        }
    }
    size_t shown = shape->value_count < VALUES_SHOWN ? shape->value_count : VALUES_SHOWN;
    for (size_t i = 0; i < shown; i++) {
        bool is_last = i + 1 == shape->value_count;
        strbuf_add_cstr(&list, i == 0 ? "" : is_last ? " or " : ", ");
        strbuf_add(&list, shape->values[i]);
    }
    if (shown < shape->value_count) {
        strbuf_addf(&list, " or %zu others", shape->value_count - shown);
    }
    Str path = path_of(walk, place);
    ApiProblem *problem = add_problem(
        walk,
        node,
        str_printf(
            walk->arena,
            "%" STR_FMT ": \"%" STR_FMT "\" is not %s%" STR_FMT,
            STR_ARG(path),
            STR_ARG(node->text),
            shape->value_count > 1 ? "one of " : "",
            STR_ARG(strbuf_str(&list))
        )
    );
    hint_nearest(walk, problem, node->text, shape->values, shape->value_count);
}

static void check_bytes(Walk *walk, const Node *node, const Place *place)
{
    StrBuf compact = STRBUF_ON_ARENA(walk->arena);
    StrBuf decoded = STRBUF_ON_ARENA(walk->arena);
    Str rest = node->text;
    Str line;
    while (str_next_line(&rest, &line)) {
        strbuf_add(&compact, line);
    }
    if (!base64_decode(&decoded, strbuf_str(&compact), BASE64_STANDARD)) {
        Str path = path_of(walk, place);
        ApiProblem *problem = add_problem(
            walk, node, str_printf(walk->arena, "%" STR_FMT " is no base64", STR_ARG(path))
        );
        problem->hint = STR("encode it; a Secret takes plain text under stringData");
    }
}

static void check_string(Walk *walk, const ApiShape *shape, const Node *node, const Place *place)
{
    if (node->kind == NODE_STRING && !node->yaml11_bool) {
        if (shape->kind == API_BYTES) {
            check_bytes(walk, node, place);
        } else {
            check_values(walk, shape, node, place);
        }
        return;
    }
    ApiProblem *problem = wrong_kind(walk, node, place, "a string");
    if (node_is_scalar(node)) {
        problem->hint = STR("put it in quotes");
        problem->better = str_printf(walk->arena, "\"%" STR_FMT "\"", STR_ARG(node->text));
        problem->is_sure = true;
    }
}

static bool is_whole(const Node *node)
{
    return node->kind == NODE_INT ||
           (node->kind == NODE_FLOAT && node->real > -9.2e18 && node->real < 9.2e18 &&
            node->real == (double) (int64_t) node->real);
}

/* A number or a truth value that quotes made a string of. */
static void offer_unquoted(ApiProblem *problem, const Node *node)
{
    problem->hint = STR("write it without quotes");
    problem->better = node->text;
    problem->is_sure = true;
}

static void check_width(Walk *walk, const Node *node, const Place *place)
{
    if (node->kind == NODE_INT && (node->integer > INT32_MAX || node->integer < INT32_MIN)) {
        Str path = path_of(walk, place);
        add_problem(
            walk,
            node,
            str_printf(
                walk->arena,
                "%" STR_FMT ": %" STR_FMT " doesn't fit into 32 bits",
                STR_ARG(path),
                STR_ARG(node->text)
            )
        );
    }
}

static void check_whole(Walk *walk, const ApiShape *shape, const Node *node, const Place *place)
{
    if (!is_whole(node)) {
        int64_t number = 0;
        ApiProblem *problem = wrong_kind(walk, node, place, "a whole number");
        if (node->kind == NODE_STRING && str_to_int64(node->text, &number)) {
            offer_unquoted(problem, node);
        }
        return;
    }
    if (shape->kind == API_INT32) {
        check_width(walk, node, place);
    }
}

/* "512MB" -> "512M", "1GB" -> "1G", "256mb" -> "256M": what is usually meant. */
static void hint_quantity(Walk *walk, ApiProblem *problem, Str text)
{
    Str number = text;
    while (number.len > 0 && (number.ptr[number.len - 1] < '0' || number.ptr[number.len - 1] > '9')
    ) {
        number.len--;
    }
    Str unit = str_upper(walk->arena, str_trim(str_skip(text, number.len)));
    bool is_binary = str_strip_suffix(&unit, STR("IB")) || str_strip_suffix(&unit, STR("I"));
    (void) str_strip_suffix(&unit, STR("B"));
    problem->hint = STR("a number and one of m, k, M, G, T, Ki, Mi, Gi, Ti");
    bool is_plain = number.len > 0 && str_find_char(number, 'e') == STR_NONE;
    if (is_plain && unit.len == 1 && str_has_char(STR("MGTP"), unit.ptr[0])) {
        problem->hint = str_printf(
            walk->arena,
            "did you mean \"%" STR_FMT "%c%s\"?",
            STR_ARG(number),
            unit.ptr[0],
            is_binary ? "i" : ""
        );
    }
}

static void check_quantity(Walk *walk, const Node *node, const Place *place)
{
    double milli = 0;
    if (quantity_parse(node, &milli)) {
        return;
    }
    ApiProblem *problem = wrong_kind(walk, node, place, "a quantity");
    if (node->kind == NODE_STRING) {
        hint_quantity(walk, problem, node->text);
    }
}

static void check_bool(Walk *walk, const Node *node, const Place *place)
{
    if (node->kind == NODE_BOOL || node->yaml11_bool) {
        return;
    }
    ApiProblem *problem = wrong_kind(walk, node, place, "true or false");
    if (node_is_string(node) &&
        (str_eq(node->text, STR("true")) || str_eq(node->text, STR("false")))) {
        offer_unquoted(problem, node);
    }
}

/* "at most 5 characters" are had, others are. */
static bool shape_counts(Str wanted)
{
    return str_find(wanted, STR(" character")) != STR_NONE;
}

/* "spec.size: 12 should be at most 9" */
static void check_limits(Walk *walk, const ApiShape *shape, const Node *node, const Place *place)
{
    Str wanted;
    if (!shape->limits || is_placeholder(node) ||
        !limits_broken(walk->arena, shape->limits, node, &wanted)) {
        return;
    }
    Str path = path_of(walk, place);
    const char *quote = node_is_string(node) ? "\"" : "";
    Str text = node_is_scalar(node) ? node->text : STR("");
    add_problem(
        walk,
        node_is_scalar(node) || !place->key ? node : place->key,
        str_printf(
            walk->arena,
            "%" STR_FMT "%s%s%" STR_FMT "%s should %s %" STR_FMT,
            STR_ARG(path),
            node_is_scalar(node) ? ": " : "",
            quote,
            STR_ARG(text),
            quote,
            node_is_scalar(node) && !shape_counts(wanted) ? "be" : "have",
            STR_ARG(wanted)
        )
    );
}

static void check_scalar(Walk *walk, const ApiShape *shape, const Node *node, const Place *place)
{
    bool is_boolean = node->kind == NODE_BOOL || node->yaml11_bool;
    if (is_placeholder(node)) {
        return;
    }
    switch (shape->kind) {
    case API_STRING:
    case API_TIME:
    case API_BYTES:
        check_string(walk, shape, node, place);
        break;
    case API_INT32:
    case API_INT64:
        check_whole(walk, shape, node, place);
        check_values(walk, shape, node, place);
        break;
    case API_QUANTITY:
        check_quantity(walk, node, place);
        break;
    case API_BOOL:
        check_bool(walk, node, place);
        break;
    case API_NUMBER:
        if (node->kind != NODE_INT && node->kind != NODE_FLOAT) {
            wrong_kind(walk, node, place, "a number");
        }
        break;
    case API_INT_OR_STRING:
        if (is_boolean || (node->kind != NODE_STRING && !is_whole(node))) {
            wrong_kind(walk, node, place, "a whole number or a string");
        } else {
            check_width(walk, node, place);
        }
        break;
    default:
        break;
    }
}

/* --- fields ----------------------------------------------------------------------------------- */

/* A field further up that has the name: what is indented too far. */
static Str place_that_has(const Walk *walk, const Place *place, Str name)
{
    for (const Place *up = place; up; up = up->up) {
        if (up->type && api_field(up->type, name)) {
            Str path = path_of(walk, up->up);
            return path.len > 0 ? path : STR("the object itself");
        }
    }
    return STR("");
}

static void
hint_unknown(Walk *walk, ApiProblem *problem, const ApiType *type, Str name, const Place *place)
{
    unsigned comes = api_field_comes(walk->api, type, name);
    unsigned went = api_field_went(walk->api, type, name);
    Str above = place_that_has(walk, place, name);
    if (comes || went) {
        problem->hint = str_printf(
            walk->arena,
            comes ? "it comes with Kubernetes 1.%u" : "Kubernetes 1.%u was the last to have it",
            comes ? comes : went
        );
        return;
    }
    VEC(Str) names = { 0 };
    for (size_t i = 0; i < type->len; i++) {
        vec_push(&names, walk->arena, type->fields[i].name);
    }
    hint_nearest(walk, problem, name, names.ptr, names.len);
    if (problem->hint.len == 0 && above.len > 0) {
        problem->hint = str_printf(
            walk->arena, "it is a field of %" STR_FMT ": is it indented too far?", STR_ARG(above)
        );
    }
}

static void report_unknown(Walk *walk, const ApiType *type, const Node *key, const Place *place)
{
    Str path = path_of(walk, place);
    ApiProblem *problem = add_problem(
        walk,
        key,
        str_printf(
            walk->arena,
            "unknown field \"%" STR_FMT "\"%s%" STR_FMT,
            STR_ARG(key->text),
            path.len > 0 ? " in " : "",
            STR_ARG(path)
        )
    );
    hint_unknown(walk, problem, type, key->text, place);
}

static void report_missing(Walk *walk, const ApiType *type, const Node *map, const Place *place)
{
    for (size_t i = 0; i < type->len; i++) {
        const ApiField *field = &type->fields[i];
        const Node *value = field->required ? node_get(map, field->name) : map;
        if (value && value->kind != NODE_NULL) {
            continue;
        }
        Str path = path_of(walk, place);
        add_problem(
            walk,
            place && place->key ? place->key
            : place             ? map
                                : NULL,
            str_printf(
                walk->arena,
                "%" STR_FMT "%s%" STR_FMT " is missing",
                STR_ARG(path),
                path.len > 0 ? "." : "",
                STR_ARG(field->name)
            )
        )
            ->hint = STR("the API server refuses the object without it");
    }
}

/* Whether the cluster writes it: of a status that is handed in it takes nothing, so that a gap is
 * none, such as the `status: {}` of a generated manifest. What it can't decode it still refuses. */
static bool is_in_status(const Place *place)
{
    while (place && place->up) {
        place = place->up;
    }
    return place && place->key && str_eq(place->key->text, STR("status"));
}

static void
check(Walk *walk, const ApiType *owner, ApiShape *shape, const Node *node, const Place *place);

static void check_object(Walk *walk, const ApiType *type, const Node *map, const Place *place)
{
    size_t required = 0;
    for (size_t i = 0; i < map->map.len; i++) {
        const NodePair *pair = &map->map.pairs[i];
        ApiField *field = api_field(type, pair->key->text);
        Place inner = { place, type, pair->key, 0, place ? place->depth + 1 : 0 };
        if (field) {
            required += field->required && pair->value->kind != NODE_NULL;
            check(walk, type, &field->shape, pair->value, &inner);
        } else if (!type->is_open && !is_placeholder(pair->key) && !is_seal(pair, place)) {
            report_unknown(walk, type, pair->key, place);
        }
    }
    if (required < type->required_count && !is_in_status(place)) {
        report_missing(walk, type, map, place);
    }
}

static void
check_items(Walk *walk, const ApiType *owner, ApiShape *of, const Node *list, const Place *place)
{
    for (size_t i = 0; i < list->seq.len; i++) {
        Place inner = { place, NULL, NULL, i, place->depth + 1 };
        check(walk, owner, of, list->seq.items[i], &inner);
    }
}

static void
check_entries(Walk *walk, const ApiType *owner, ApiShape *of, const Node *map, const Place *place)
{
    for (size_t i = 0; i < map->map.len; i++) {
        const NodePair *pair = &map->map.pairs[i];
        Place inner = { place, NULL, pair->key, 0, place->depth + 1 };
        check(walk, owner, of, pair->value, &inner);
    }
}

static void
check(Walk *walk, const ApiType *owner, ApiShape *shape, const Node *node, const Place *place)
{
    if (node->kind == NODE_NULL || shape->kind == API_ANY || place->depth > DEPTH_MOST) {
        return;
    }
    bool wants_list = shape->kind == API_LIST;
    check_limits(walk, shape, node, place);
    if (shape->kind < API_LIST) {
        check_scalar(walk, shape, node, place);
    } else if (is_placeholder(node)) {
        return;
    } else if (node->kind != (wants_list ? NODE_SEQ : NODE_MAP)) {
        wrong_kind(walk, node, place, wants_list ? "a list" : "a map");
    } else if (wants_list) {
        check_items(walk, owner, shape->of, node, place);
    } else if (shape->kind == API_MAP) {
        check_entries(walk, owner, shape->of, node, place);
    } else {
        check_object(walk, api_shape_type(walk->api, owner, shape), node, place);
    }
}

void api_validate(Api *api, const ApiType *type, const Node *object, ApiProblems *ret_problems)
{
    Walk walk = { .api = api, .arena = api_arena(api), .problems = ret_problems };
    check_object(&walk, type, object, NULL);
}
