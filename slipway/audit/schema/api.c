#include "api.h"

#include <stdlib.h>

#include "base/mem.h"

#include "internal.h"
#include "table.h"

/* --- versions --------------------------------------------------------------------------------- */

unsigned api_oldest_minor(void)
{
    return api_oldest;
}

unsigned api_newest_minor(void)
{
    return api_newest;
}

bool api_parse_version(Str text, unsigned *ret_minor)
{
    (void) str_strip_prefix(&text, STR("v"));
    uint64_t minor = 0;
    Str number;
    if (!str_strip_prefix(&text, STR("1.")) || !str_next(&text, '.', &number) ||
        !str_to_uint64(number, &minor) || minor < api_oldest || minor > api_newest) {
        return false;
    }
    *ret_minor = (unsigned) minor;
    return true;
}

/* "25-27", "28-", "-30" */
static void parse_range(Str range, unsigned *ret_first, unsigned *ret_last)
{
    Str first, last;
    uint64_t number = 0;
    (void) str_cut(range, '-', &first, &last);
    *ret_first = str_to_uint64(first, &number) ? (unsigned) number : api_oldest;
    *ret_last = str_to_uint64(last, &number) ? (unsigned) number : api_newest;
}

bool row_covers(Str ranges, unsigned minor)
{
    Str word;
    bool covers = ranges.len == 0;
    while (str_next(&ranges, ' ', &word)) {
        unsigned first = 0;
        unsigned last = 0;
        parse_range(str_skip(word, 1), &first, &last);
        covers = covers || (minor >= first && minor <= last);
    }
    return covers;
}

const char *row_find(const char *const *rows, size_t count, Str key)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *row = rows[middle];
        int order = strncmp(row, key.ptr, key.len);
        if (order == 0) {
            order = row[key.len] == ' ' || row[key.len] == '\0' ? 0 : 1;
        }
        if (order == 0) {
            return row;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/* --- kinds ------------------------------------------------------------------------------------ */

typedef struct KindRow {
    Str api_version, kind, type, ranges;
} KindRow;

static KindRow parse_kind(const char *text)
{
    KindRow row = { 0 };
    Str key, rest;
    (void) str_cut(str_from(text), ' ', &key, &rest);
    size_t slash = str_rfind_char(key, '/');
    row.api_version = str_slice(key, 0, slash);
    row.kind = str_skip(key, slash + 1);
    if (!str_cut(rest, ' ', &row.type, &row.ranges)) {
        row.type = rest;
    }
    return row;
}

static Str group_of(Str api_version)
{
    size_t slash = str_find_char(api_version, '/');
    return slash == STR_NONE ? STR("") : str_slice(api_version, 0, slash);
}

static Str version_of(Str api_version)
{
    size_t slash = str_find_char(api_version, '/');
    return slash == STR_NONE ? api_version : str_skip(api_version, slash + 1);
}

/* Of "v1", "v1beta2", "v1alpha1": how far it has come. */
static int stability(Str version)
{
    return str_find(version, STR("alpha")) != STR_NONE  ? 0
           : str_find(version, STR("beta")) != STR_NONE ? 1
                                                        : 2;
}

static bool find_kind(Arena *arena, Str api_version, Str kind, KindRow *ret_row)
{
    Str key = str_printf(arena, "%" STR_FMT "/%" STR_FMT, STR_ARG(api_version), STR_ARG(kind));
    const char *row = row_find(api_kinds, api_kind_count, key);
    if (row) {
        *ret_row = parse_kind(row);
    }
    return row != NULL;
}

/* The most stable apiVersion that serves the kind; of its own group where there is one. */
static Str best_version(const Api *api, Str group, Str kind)
{
    KindRow best = { 0 };
    int best_score = -1;
    for (const char *const *text = api_kinds; *text; text++) {
        KindRow row = parse_kind(*text);
        if (!str_eq(row.kind, kind) || !row_covers(row.ranges, api->minor)) {
            continue;
        }
        int score = stability(version_of(row.api_version)) +
                    (str_eq(group_of(row.api_version), group) ? 8 : 0);
        if (score > best_score ||
            (score == best_score && str_cmp(row.api_version, best.api_version) > 0)) {
            best = row;
            best_score = score;
        }
    }
    return best.api_version;
}

static ApiStanding standing_of_row(const Api *api, const KindRow *row)
{
    Str group = group_of(row->api_version);
    ApiStanding standing = { .instead = best_version(api, group, row->kind) };
    if (row_covers(row->ranges, api->minor)) {
        bool is_outdone = str_eq(group_of(standing.instead), group) &&
                          stability(version_of(standing.instead)) == 2 &&
                          stability(version_of(row->api_version)) < 2;
        standing.kind = is_outdone ? API_DEPRECATED : API_SERVED;
        return standing;
    }
    standing.kind = API_GONE;
    for (unsigned minor = api->minor + 1; minor <= api_newest; minor++) {
        if (row_covers(row->ranges, minor)) {
            standing.kind = API_COMES;
            standing.minor = minor;
            return standing;
        }
    }
    for (unsigned minor = api_oldest; minor < api->minor; minor++) {
        standing.minor = row_covers(row->ranges, minor) ? minor + 1 : standing.minor;
    }
    return standing;
}

/* Of a kind that no row has: whether its group or version is Kubernetes' at all. */
static ApiStanding standing_without_row(const Api *api, Str api_version, Str kind)
{
    ApiStanding standing = { .kind = API_FOREIGN };
    VEC(Str) kinds = { 0 };
    for (const char *const *text = api_kinds; *text; text++) {
        KindRow row = parse_kind(*text);
        if (str_eq(row.api_version, api_version)) {
            vec_push(&kinds, api->arena, row.kind);
        }
        if (standing.kind == API_FOREIGN &&
            str_eq(group_of(row.api_version), group_of(api_version))) {
            standing.kind = API_NO_VERSION;
        }
    }
    standing.instead = best_version(api, group_of(api_version), kind);
    if (kinds.len > 0) {
        standing.kind = API_NO_KIND;
        standing.instead_kind = str_nearest(kind, kinds.ptr, kinds.len);
    }
    return standing;
}

ApiStanding api_standing(Api *api, Str api_version, Str kind)
{
    Str key = str_printf(api->arena, "%" STR_FMT "/%" STR_FMT, STR_ARG(api_version), STR_ARG(kind));
    ApiStanding *known = map_get(&api->standings, key);
    if (!known) {
        KindRow row;
        known = ARENA_NEW(api->arena, ApiStanding);
        *known = find_kind(api->arena, api_version, kind, &row)
                     ? standing_of_row(api, &row)
                     : standing_without_row(api, api_version, kind);
        map_set(&api->standings, key, known);
    }
    return *known;
}

/* --- types ------------------------------------------------------------------------------------ */

Api *api_new(Arena *arena, unsigned minor)
{
    Api *api = ARENA_NEW(arena, Api);
    api->arena = arena;
    api->minor = minor;
    api->standings = (Map) MAP_ON_ARENA(arena);
    api->types = (Map) MAP_ON_ARENA(arena);
    api->definitions = (Map) MAP_ON_ARENA(arena);
    api->defined = (Map) MAP_ON_ARENA(arena);
    return api;
}

Api *api_copy(const Api *api)
{
    Api *copy = api_new(api->arena, api->minor);
    copy->defined = api->defined; /* only read by then */
    map_foreach(entry, &api->definitions) {
        const Definition *own = entry->value;
        Definition *definition = ARENA_NEW(api->arena, Definition);
        *definition = (Definition) { .schema = own->schema, .is_ambiguous = own->is_ambiguous };
        map_set(&copy->definitions, entry->key, definition);
    }
    return copy;
}

unsigned api_minor(const Api *api)
{
    return api->minor;
}

Arena *api_arena(const Api *api)
{
    return api->arena;
}

static bool is_same_place(const Node *a, const Node *b)
{
    return a->span.source == b->span.source && a->span.start == b->span.start;
}

static void add_version(Api *api, Str group, Str kind, const Node *version)
{
    const Node *schema = node_get_cstr(node_get_cstr(version, "schema"), "openAPIV3Schema");
    const Node *name = node_get_cstr(version, "name");
    if (!node_is_map(schema) || !node_is_string(name)) {
        return;
    }
    Str key = str_printf(
        api->arena,
        "%" STR_FMT "/%" STR_FMT "/%" STR_FMT,
        STR_ARG(group),
        STR_ARG(name->text),
        STR_ARG(kind)
    );
    Definition *known = map_get(&api->definitions, key);
    if (!known) {
        known = ARENA_NEW(api->arena, Definition);
        known->schema = schema;
        map_set(&api->definitions, key, known);
    } else if (!is_same_place(known->schema, schema) && !node_equal(known->schema, schema)) {
        known->is_ambiguous = true;
    }
}

/* Two definitions of a kind may each have versions that the other lacks. */
static void add_defined(Api *api, Str group, Str kind, const Node *definition)
{
    Str key = str_printf(api->arena, "%" STR_FMT "/%" STR_FMT, STR_ARG(group), STR_ARG(kind));
    const Node *versions = node_get_cstr(node_get_cstr(definition, "spec"), "versions");
    Str *known = map_get(&api->defined, key);
    if (known) {
        *known = STR("");
        return;
    }
    known = ARENA_NEW(api->arena, Str);
    for (size_t i = 0; i < versions->seq.len; i++) {
        const Node *served = node_get_cstr(versions->seq.items[i], "served");
        Str name = node_string_or(node_get_cstr(versions->seq.items[i], "name"), STR(""));
        if (served && served->kind == NODE_BOOL && served->boolean && name.len > 0) {
            *known =
                str_printf(api->arena, "%" STR_FMT "/%" STR_FMT, STR_ARG(group), STR_ARG(name));
        }
    }
    map_set(&api->defined, key, known);
}

Str api_defined_version(const Api *api, Str group, Str kind)
{
    Str key = str_printf(api->arena, "%" STR_FMT "/%" STR_FMT, STR_ARG(group), STR_ARG(kind));
    const Str *known = map_get(&api->defined, key);
    return known ? *known : STR("");
}

void api_add_definition(Api *api, const Node *definition)
{
    const Node *spec = node_get_cstr(definition, "spec");
    const Node *group = node_get_cstr(spec, "group");
    const Node *kind = node_get_cstr(node_get_cstr(spec, "names"), "kind");
    const Node *versions = node_get_cstr(spec, "versions");
    for (size_t i = 0; node_is_string(group) && node_is_string(kind) && node_is_seq(versions) &&
                       i < versions->seq.len;
         i++) {
        add_version(api, group->text, kind->text, versions->seq.items[i]);
    }
    if (node_is_string(group) && node_is_string(kind) && node_is_seq(versions)) {
        add_defined(api, group->text, kind->text, definition);
    }
}

const ApiType *api_type(Api *api, Str api_version, Str kind)
{
    KindRow row;
    if (find_kind(api->arena, api_version, kind, &row)) {
        return row_covers(row.ranges, api->minor) ? type_from_row(api, row.type) : NULL;
    }
    Str key = str_printf(api->arena, "%" STR_FMT "/%" STR_FMT, STR_ARG(api_version), STR_ARG(kind));
    Definition *definition = map_get(&api->definitions, key);
    if (!definition || definition->is_ambiguous) {
        return NULL;
    }
    if (!definition->type) {
        definition->type = type_from_definition(api, definition->schema, true);
    }
    return definition->type;
}

const ApiType *api_shape_type(Api *api, const ApiType *owner, ApiShape *shape)
{
    if (!shape->type && shape->definition) {
        shape->type = type_from_definition(api, shape->definition, false);
    } else if (!shape->type) {
        Str name = shape->type_name;
        if (!str_has_char(name, '.')) {
            size_t dot = str_rfind_char(owner->name, '.');
            name = str_concat(api->arena, str_slice(owner->name, 0, dot + 1), name);
        }
        shape->type = type_from_row(api, name);
    }
    return shape->type;
}

static int compare_field(const void *name, const void *field)
{
    return str_cmp(*(const Str *) name, ((const ApiField *) field)->name);
}

ApiField *api_field(const ApiType *type, Str name)
{
    return bsearch(&name, type->fields, type->len, sizeof(ApiField), compare_field);
}

/* --- fields of other versions ----------------------------------------------------------------- */

/* Whether the row of the type has the field in that version, and the type itself is of it: a row
 * doesn't say so, but a field that isn't new came with the type. */
static bool has_field_in(const ApiType *type, Str name, unsigned minor)
{
    const char *row = type->name.len > 0 ? row_find(api_types, api_type_count, type->name) : NULL;
    Str rest = str_from(row);
    Str word;
    while (str_next(&rest, ' ', &word)) {
        size_t end = str_find_char(word, ':');
        Str field = str_slice(word, 0, end);
        (void) str_strip_suffix(&field, STR("!"));
        size_t at = str_rfind_char(word, '@');
        if (end != STR_NONE && str_eq(field, name) &&
            row_covers(at == STR_NONE ? STR("") : str_skip(word, at), minor)) {
            return true;
        }
    }
    return false;
}

unsigned api_field_comes(const Api *api, const ApiType *type, Str name)
{
    for (unsigned minor = api->minor + 1; minor <= api_newest; minor++) {
        if (has_field_in(type, name, minor)) {
            return minor;
        }
    }
    return 0;
}

unsigned api_field_went(const Api *api, const ApiType *type, Str name)
{
    for (unsigned minor = api->minor; minor-- > api_oldest;) {
        if (has_field_in(type, name, minor)) {
            return minor;
        }
    }
    return 0;
}
