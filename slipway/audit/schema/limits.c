#include "limits.h"

#include <math.h>

#include "base/map.h"
#include "base/mem.h"

static const Node *said(const ApiLimits *limits, const char *key)
{
    return node_get_cstr(limits->schema, key);
}

ApiLimits *limits_from_definition(Arena *arena, const Node *schema)
{
    static const char *const keys[] = { "pattern",    "minimum",       "maximum",
                                        "minLength",  "maxLength",     "minItems",
                                        "maxItems",   "minProperties", "maxProperties",
                                        "multipleOf", "uniqueItems" };
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        if (node_get_cstr(schema, keys[i])) {
            ApiLimits *limits = ARENA_NEW(arena, ApiLimits);
            limits->schema = schema;
            return limits;
        }
    }
    return NULL;
}

static bool read_number(const Node *node, double *ret)
{
    if (node && node->kind == NODE_INT) {
        *ret = (double) node->integer;
        return true;
    }
    if (node && node->kind == NODE_FLOAT && isfinite(node->real)) {
        *ret = node->real;
        return true;
    }
    return false;
}

static bool is_true(const Node *node)
{
    return node && node->kind == NODE_BOOL && node->boolean;
}

/* --- numbers ---------------------------------------------------------------------------------- */

static bool
is_bound_broken(const ApiLimits *limits, double value, bool is_least, bool *ret_exclusive)
{
    double bound = 0;
    if (!read_number(said(limits, is_least ? "minimum" : "maximum"), &bound)) {
        return false;
    }
    *ret_exclusive = is_true(said(limits, is_least ? "exclusiveMinimum" : "exclusiveMaximum"));
    return is_least ? value < bound || (*ret_exclusive && value <= bound)
                    : value > bound || (*ret_exclusive && value >= bound);
}

static bool is_number_broken(Arena *arena, const ApiLimits *limits, double value, Str *ret)
{
    bool is_exclusive = false;
    double part = 0;
    if (is_bound_broken(limits, value, true, &is_exclusive)) {
        Str bound = said(limits, "minimum")->text;
        const char *word = is_exclusive ? "more than" : "at least";
        *ret = str_printf(arena, "%s %" STR_FMT, word, STR_ARG(bound));
        return true;
    }
    if (is_bound_broken(limits, value, false, &is_exclusive)) {
        Str bound = said(limits, "maximum")->text;
        const char *word = is_exclusive ? "less than" : "at most";
        *ret = str_printf(arena, "%s %" STR_FMT, word, STR_ARG(bound));
        return true;
    }
    const Node *multiple = said(limits, "multipleOf");
    if (read_number(multiple, &part) && part > 0 && fabs(remainder(value, part)) > part / 1e9) {
        *ret = str_printf(arena, "a multiple of %" STR_FMT, STR_ARG(multiple->text));
        return true;
    }
    return false;
}

/* --- texts ------------------------------------------------------------------------------------ */

static size_t count_characters(Str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += ((unsigned char) text.ptr[i] & 0xC0) != 0x80;
    }
    return count;
}

static bool is_count_broken(
    Arena *arena,
    const ApiLimits *limits,
    size_t count,
    const char *const keys[2],
    const char *what,
    Str *ret
)
{
    for (int i = 0; i < 2; i++) {
        const Node *bound = said(limits, keys[i]);
        int64_t number = bound && bound->kind == NODE_INT ? bound->integer : -1;
        bool is_broken = number >= 0 && (i == 0 ? count < (uint64_t) number : count > (uint64_t) number);
        if (is_broken) {
            *ret = str_printf(
                arena,
                "%s %" STR_FMT " %s%s",
                i == 0 ? "at least" : "at most",
                STR_ARG(bound->text),
                what,
                number == 1 ? "" : "s"
            );
            return true;
        }
    }
    return false;
}

static bool is_text_broken(Arena *arena, ApiLimits *limits, Str text, Str *ret)
{
    static const char *const keys[] = { "minLength", "maxLength" };
    const Node *pattern = said(limits, "pattern");
    if (!limits->is_ready) {
        limits->is_ready = true;
        if (pattern) {
            (void) regex_compile(arena, pattern->text, false, &limits->pattern, NULL);
        }
    }
    if (is_count_broken(arena, limits, count_characters(text), keys, "character", ret)) {
        return true;
    }
    if (limits->pattern && !regex_matches(limits->pattern, text)) {
        *ret = str_printf(arena, "as %" STR_FMT, STR_ARG(pattern->text));
        return true;
    }
    return false;
}

/* --- collections ------------------------------------------------------------------------------ */

static bool has_twice(Arena *arena, const Node *list)
{
    Map known = MAP_ON_ARENA(arena);
    for (size_t i = 0; i < list->seq.len; i++) {
        const Node *item = list->seq.items[i];
        if (node_is_scalar(item) && map_set(&known, item->text, (void *) (uintptr_t) item)) {
            return true;
        }
    }
    return false;
}

bool limits_broken(Arena *arena, ApiLimits *limits, const Node *value, Str *ret_message)
{
    static const char *const items[] = { "minItems", "maxItems" };
    static const char *const entries[] = { "minProperties", "maxProperties" };
    double number = 0;
    if (read_number(value, &number)) {
        return is_number_broken(arena, limits, number, ret_message);
    }
    if (node_is_string(value)) {
        return is_text_broken(arena, limits, value->text, ret_message);
    }
    if (node_is_map(value)) {
        return is_count_broken(arena, limits, value->map.len, entries, "key", ret_message);
    }
    if (!node_is_seq(value)) {
        return false;
    }
    if (is_true(said(limits, "uniqueItems")) && has_twice(arena, value)) {
        *ret_message = STR("without the same twice");
        return true;
    }
    return is_count_broken(arena, limits, value->seq.len, items, "item", ret_message);
}
