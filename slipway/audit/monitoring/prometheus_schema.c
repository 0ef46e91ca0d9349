/* Holds a map of Prometheus' configuration against its table. */
#include "prometheus_schema.h"

#include "base/map.h"
#include "base/strbuf.h"

#include "prometheus_internal.h"

enum { FIELDS_MOST = 128 };

static void wrong(PrometheusFile *file, const Node *node, Str key, const char *wanted)
{
    if (node_is_scalar(node)) {
        prometheus_problem(
            file,
            node->span,
            "%" STR_FMT ": \"%" STR_FMT "\" is no %s",
            STR_ARG(key),
            STR_ARG(node->text),
            wanted
        );
    } else {
        prometheus_problem(
            file,
            node->span,
            "%" STR_FMT " is %s, not a %s",
            STR_ARG(key),
            node_kind_name(node->kind),
            wanted
        );
    }
}

const Node *prometheus_said(const Node *map, const char *key)
{
    const Node *node = node_get_cstr(map, key);
    bool is_empty = !node || node->kind == NODE_NULL || (node_is_scalar(node) && !node->text.len) ||
                    (node_is_seq(node) && node->seq.len == 0);
    return is_empty ? NULL : node;
}

Str prometheus_said_text(const Node *map, const char *key)
{
    const Node *node = prometheus_said(map, key);
    return node && node_is_scalar(node) ? node->text : STR("");
}

/* --- scalars ---------------------------------------------------------------------------------- */

static bool is_number(const Node *node, double least)
{
    if (node->kind == NODE_INT) {
        return (double) node->integer >= least;
    }
    return node->kind == NODE_FLOAT && node->real >= least;
}

/* 15MB, 1.5GiB, 0 */
static bool is_size(Str text)
{
    if (str_eq(text, STR("0"))) {
        return true;
    }
    size_t digits = 0;
    while (digits < text.len && str_has_char(STR("0123456789."), text.ptr[digits])) {
        digits++;
    }
    Str unit = str_skip(text, digits);
    if (digits == 0 || !str_strip_suffix(&unit, STR("B"))) {
        return false;
    }
    (void) str_strip_suffix(&unit, STR("i"));
    return unit.len == 0 || (unit.len == 1 && str_has_char(STR("KMGTPE"), unit.ptr[0]));
}

static bool is_word(const char *words, Str text)
{
    Str rest = str_from(words);
    for (Str word; str_next(&rest, '|', &word);) {
        if (str_eq(word, text)) {
            return true;
        }
    }
    return false;
}

static void check_word(PrometheusFile *file, const Node *node, Str key, const char *words)
{
    if (!node_is_scalar(node)) {
        wrong(file, node, key, "text");
        return;
    }
    if (is_word(words, node->text)) {
        return;
    }
    StrBuf known = { 0 };
    Str rest = str_from(words);
    for (Str word; str_next(&rest, '|', &word);) {
        strbuf_addf(&known, "%s%" STR_FMT, known.len > 0 ? ", " : "", STR_ARG(word));
    }
    prometheus_problem(
        file,
        node->span,
        "%" STR_FMT ": \"%" STR_FMT "\" is none of %s",
        STR_ARG(key),
        STR_ARG(node->text),
        known.ptr
    );
    strbuf_done(&known);
}

static void
check_scalar(PrometheusFile *file, const Node *node, Str key, const PrometheusField *field)
{
    int64_t ms = 0;
    bool is_bool = node->kind == NODE_BOOL || node->yaml11_bool;
    if (field->kind == FIELD_TEXT && !node_is_scalar(node)) {
        wrong(file, node, key, "text");
    } else if (field->kind == FIELD_BOOL && !is_bool) {
        wrong(file, node, key, "true or false");
    } else if (field->kind == FIELD_COUNT && !is_number(node, 0)) {
        wrong(file, node, key, "number of 0 and up");
    } else if (field->kind == FIELD_POSITIVE && !is_number(node, 1)) {
        wrong(file, node, key, "number of 1 and up");
    } else if (field->kind == FIELD_NUMBER && !is_number(node, -1e300)) {
        wrong(file, node, key, "number");
    } else if (field->kind == FIELD_SIZE && !(node_is_scalar(node) && is_size(node->text))) {
        wrong(file, node, key, "size such as 15MB");
    } else if (field->kind == FIELD_DURATION) {
        (void) prometheus_duration(file, node, str_to_cstr(file->arena, key), &ms);
    } else if (field->kind == FIELD_WORD) {
        check_word(file, node, key, field->words);
    }
}

/* --- collections ------------------------------------------------------------------------------ */

static void check_words(PrometheusFile *file, const Node *list, Str key, const char *words)
{
    Map seen = MAP_ON_ARENA(file->arena);
    for (size_t i = 0; i < list->seq.len; i++) {
        const Node *item = list->seq.items[i];
        check_word(file, item, key, words);
        if (node_is_scalar(item) && map_set(&seen, item->text, file)) {
            prometheus_problem(
                file,
                item->span,
                "%" STR_FMT " has \"%" STR_FMT "\" twice",
                STR_ARG(key),
                STR_ARG(item->text)
            );
        }
    }
}

static void check_labels(PrometheusFile *file, const Node *map, Str key)
{
    for (size_t i = 0; i < map->map.len; i++) {
        const NodePair *pair = &map->map.pairs[i];
        if (!node_is_scalar(pair->value)) {
            wrong(file, pair->value, pair->key->text, "text");
        }
        if (pair->key->text.len == 0) {
            wrong(file, pair->key, key, "name");
        }
    }
}

static void
check_item(PrometheusFile *file, const Node *item, Str key, const PrometheusField *field)
{
    if (field->kind == FIELD_TEXTS && !node_is_scalar(item)) {
        wrong(file, item, key, "list of texts");
    } else if (field->kind == FIELD_MAPS && node_is_map(item)) {
        prometheus_check_section(file, item, field->section);
    } else if (field->kind == FIELD_MAPS) {
        prometheus_problem(
            file,
            item->span,
            "%s is %s, not a map",
            field->section->what,
            item->kind == NODE_NULL ? "empty" : node_kind_name(item->kind)
        );
    }
}

static void
check_list(PrometheusFile *file, const Node *node, Str key, const PrometheusField *field)
{
    if (!node_is_seq(node)) {
        wrong(file, node, key, "list");
    } else if (field->kind == FIELD_WORDS) {
        check_words(file, node, key, field->words);
    } else {
        for (size_t i = 0; i < node->seq.len; i++) {
            check_item(file, node->seq.items[i], key, field);
        }
    }
}

static void
check_field(PrometheusFile *file, const Node *node, Str key, const PrometheusField *field)
{
    bool is_filled_in = node_is_scalar(node) && prometheus_is_placeholder(node->text);
    if (field->kind == FIELD_ANY || node->kind == NODE_NULL || is_filled_in) {
        return; /* nothing is what isn't said */
    }
    if (field->kind == FIELD_LABELS || field->kind == FIELD_MAP) {
        if (!node_is_map(node)) {
            wrong(file, node, key, "map");
        } else if (field->kind == FIELD_MAP) {
            prometheus_check_section(file, node, field->section);
        } else {
            check_labels(file, node, key);
        }
    } else if (field->kind == FIELD_WORDS || field->kind >= FIELD_TEXTS) {
        check_list(file, node, key, field);
    } else {
        check_scalar(file, node, key, field);
    }
}

/* --- a section -------------------------------------------------------------------------------- */

static size_t add_names(const PrometheusField *fields, Str *names, size_t count)
{
    for (size_t i = 0; fields && fields[i].names; i++) {
        Str rest = str_from(fields[i].names);
        while (count < FIELDS_MOST && str_next(&rest, '|', &names[count])) {
            count++;
        }
    }
    return count;
}

static const PrometheusField *find_field(const PrometheusField *fields, Str key)
{
    for (size_t i = 0; fields && fields[i].names; i++) {
        if (is_word(fields[i].names, key)) {
            return &fields[i];
        }
    }
    return NULL;
}

void prometheus_check_section(
    PrometheusFile *file, const Node *map, const PrometheusSection *section
)
{
    Str names[FIELDS_MOST];
    size_t count = add_names(section->shared, names, add_names(section->fields, names, 0));
    prometheus_check_names(file, map, names, count, section->what);
    for (size_t i = 0; i < map->map.len; i++) {
        const NodePair *pair = &map->map.pairs[i];
        const PrometheusField *field = find_field(section->fields, pair->key->text);
        field = field ? field : find_field(section->shared, pair->key->text);
        if (field) {
            check_field(file, pair->value, pair->key->text, field);
        }
    }
    if (section->required && !prometheus_said(map, section->required)) {
        prometheus_problem(file, map->span, "%s without %s", section->what, section->required);
    }
    if (section->check) {
        section->check(file, map);
    }
}
