/* Edits by byte span. Those of YAML work on the text around the nodes' spans: what isn't laid out as
 * people lay it out is left alone rather than edited wrongly. */
#include "base/path.h"

#include "rule.h"

/* What an overlay says may call for another base; but other overlays stand on that, too. */
static bool is_shared(const RuleContext *ctx, const Diag *diag, Span span)
{
    if (!ctx->bundle || !span_is_known(ctx->bundle->origin) || !span_is_known(diag->span)) {
        return false;
    }
    Str overlay = path_dir(ctx->bundle->origin.source->path);
    return path_is_within(overlay, diag->span.source->path) &&
           !path_is_within(overlay, span.source->path);
}

static void add_edit(RuleContext *ctx, Diag *diag, Span span, const char *format, va_list args)
{
    if (span_is_known(span) && !span.source->is_coarse) {
        span.source = span.source->whole ? span.source->whole : span.source;
        diag->is_suggestion = diag->is_suggestion || is_shared(ctx, diag, span);
        diag_edit(ctx->diags, diag, span, "%s", arena_vprintf(ctx->diags->arena, format, args));
    }
}

void rule_fix(RuleContext *ctx, Diag *diag, Span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_edit(ctx, diag, span, format, args);
    va_end(args);
}

void rule_suggest(RuleContext *ctx, Diag *diag, Span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_edit(ctx, diag, span, format, args);
    va_end(args);
    diag->is_suggestion = true;
}

/* --- YAML ------------------------------------------------------------------------------------- */

static size_t line_start(Str text, size_t at)
{
    while (at > 0 && text.ptr[at - 1] != '\n') {
        at--;
    }
    return at;
}

/* Behind the newline of the line that `at` is in. */
static size_t line_end(Str text, size_t at)
{
    while (at < text.len && text.ptr[at] != '\n') {
        at++;
    }
    return at < text.len ? at + 1 : at;
}

/* Whether only white space and the dashes of list items stand before `at` in its line. */
static bool starts_line(Str text, size_t at)
{
    for (size_t i = line_start(text, at); i < at; i++) {
        if (text.ptr[i] != ' ' && text.ptr[i] != '-') {
            return false;
        }
    }
    return true;
}

static bool is_blank_until_end(Str text, size_t at)
{
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\r')) {
        at++;
    }
    return at == text.len || text.ptr[at] == '\n' || text.ptr[at] == '#';
}

static size_t indent_of(Str line)
{
    size_t indent = 0;
    while (indent < line.len && line.ptr[indent] == ' ') {
        indent++;
    }
    return indent;
}

/* How far the file indents a map below its key: what its first indented line does. */
static size_t step_of(Str text)
{
    Str line;
    while (str_next_line(&text, &line)) {
        size_t indent = indent_of(line);
        if (indent > 0 && indent < line.len && line.ptr[indent] != '#' && line.ptr[indent] != '-') {
            return indent <= 8 ? indent : 2;
        }
    }
    return 2;
}

/* `value` behind "key:", each further line below the key; what belongs to the item of a list stands below
 * its first key, however far the file indents. */
static Str entry_text(Arena *arena, Str file, const char *key, const char *value, size_t column)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    Str rest = str_from(value);
    Str line;
    size_t step = step_of(file);
    size_t item = 0; /* where the content of the item begins: in `value`, and in the file */
    size_t item_column = 0;
    strbuf_addf(&out, "%s:", key);
    for (size_t i = 0; str_next_line(&rest, &line); i++) {
        size_t indent = indent_of(line);
        if (i == 0) {
            strbuf_add_cstr(&out, line.len ? " " : "");
        } else {
            item_column = indent < item ? 0 : item_column;
            item = indent < item ? 0 : item;
            size_t at = item_column + (indent - item) / 2 * step;
            strbuf_add_char(&out, '\n');
            strbuf_add_repeat(&out, ' ', column + at);
            if (str_has_prefix(str_skip(line, indent), STR("- "))) {
                item = indent + 2;
                item_column = at + 2;
            }
        }
        strbuf_add(&out, str_skip(line, indent));
    }
    return strbuf_str(&out);
}

/* Whether the node stands where the map stands: what was merged into it stands elsewhere. */
static bool is_within(const Node *node, const Node *map)
{
    return node->span.source == map->span.source && node->span.start >= map->span.start &&
           node->span.end <= map->span.end;
}

static bool is_one_line(const char *value)
{
    return !str_has_char(str_from(value), '\n');
}

/* Blank lines below a block scalar are its own only where it says '+'; a file that says so somewhere keeps them. */
static size_t before_blank_lines(Str text, size_t end)
{
    size_t first = end;
    size_t above = line_start(text, end - 1);
    while (above > 0 && str_trim(str_slice(text, above, first)).len == 0) {
        first = above;
        above = line_start(text, first - 1);
    }
    bool is_kept = first < end &&
                   (str_find(text, STR("|+")) != STR_NONE || str_find(text, STR(">+")) != STR_NONE);
    return is_kept ? end : first;
}

/* Where a line of its own can be inserted: behind the line that `end`, the end of a value, is in.
 * STR_NONE where something else stands in that line. */
static size_t line_behind(Str text, size_t end)
{
    if (end > 0 && text.ptr[end - 1] == '\n') {
        return before_blank_lines(text, end);
    }
    return is_blank_until_end(text, end) ? line_end(text, end) : STR_NONE;
}

static bool is_comment_or_blank(Str line)
{
    Str rest = str_trim(line);
    return rest.len == 0 || rest.ptr[0] == '#';
}

/* Comments that are indented more than the entries are of the last of them. */
static size_t pass_inner_comments(Str text, size_t at, size_t column)
{
    size_t end = at;
    while (at < text.len) {
        size_t next = line_end(text, at);
        Str line = str_slice(text, at, next);
        if (!is_comment_or_blank(line)) {
            break;
        }
        at = next;
        end = str_trim(line).len > 0 && indent_of(line) > column ? next : end;
    }
    return end;
}

/* Behind the line of the entry at `at`, when the entry ends with it: the next line is one of the same
 * map, or of none. */
static size_t behind_short(Str text, size_t at, size_t column)
{
    size_t end = line_end(text, at);
    size_t next = end;
    while (next < text.len && is_comment_or_blank(str_slice(text, next, line_end(text, next)))) {
        next = line_end(text, next);
    }
    Str first = str_trim(str_slice(text, at, end));
    size_t hash = str_find(first, STR(" #"));
    first = str_trim(str_slice(first, 0, hash));
    Str follower = str_slice(text, next, line_end(text, next));
    size_t indent = indent_of(follower);
    char begins = indent < follower.len ? follower.ptr[indent] : '\0';
    bool goes_on =
        indent > column || (indent == column && (begins == '-' || begins == ']' || begins == '}'));
    return str_has_suffix(first, STR(":")) || goes_on ? STR_NONE : end;
}

/* A short entry comes behind the first one when that is short too, so that a name stays first; a
 * long one comes last. Else before the first. */
static void
add_to_block(RuleContext *ctx, Diag *diag, const Node *map, const char *key, const char *value)
{
    Source *source = map->span.source;
    Str text = source->text;
    size_t at = map->span.start;
    if (!starts_line(text, at) || at >= text.len) {
        return;
    }
    size_t column = at - line_start(text, at);
    Str entry = entry_text(ctx->diags->arena, text, key, value, column);
    size_t place =
        is_one_line(value) ? behind_short(text, at, column) : line_behind(text, map->span.end);
    if (place == STR_NONE) {
        Span span = span_make(source, at, at);
        rule_fix(ctx, diag, span, "%" STR_FMT "\n%*s", STR_ARG(entry), (int) column, "");
        return;
    }
    place = is_one_line(value) ? place : pass_inner_comments(text, place, column);
    bool has_newline = place > 0 && text.ptr[place - 1] == '\n';
    rule_fix(
        ctx,
        diag,
        span_make(source, place, place),
        "%s%*s%" STR_FMT "%s",
        has_newline ? "" : "\n",
        (int) column,
        "",
        STR_ARG(entry),
        has_newline ? "\n" : ""
    );
}

static void
add_to_flow(RuleContext *ctx, Diag *diag, const Node *map, const char *key, const char *value)
{
    Source *source = map->span.source;
    size_t at = (size_t) map->span.start + 1;
    bool opens = at <= source->text.len && source->text.ptr[at - 1] == '{';
    if (!opens || !is_one_line(value)) {
        return;
    }
    while (at < source->text.len && source->text.ptr[at] == ' ') {
        at++;
    }
    if (at < source->text.len && source->text.ptr[at] == '}') {
        rule_fix(ctx, diag, map->span, "{ %s: %s }", key, value);
    } else {
        rule_fix(ctx, diag, span_make(source, at, at), "%s: %s, ", key, value);
    }
}

static bool is_flow(const Node *map)
{
    Str text = map->span.source->text;
    return map->span.start < text.len && text.ptr[map->span.start] == '{';
}

static void
set_key(RuleContext *ctx, Diag *diag, const Node *map, const char *key, const char *value)
{
    const NodePair *pair = node_find(map, str_from(key));
    if (pair) {
        const Node *old = pair->value;
        bool has_text = span_is_known(old->span) && old->span.end > old->span.start;
        if (node_is_scalar(old) && has_text && !old->is_alias_use && is_one_line(value)) {
            rule_fix(ctx, diag, old->span, "%s", value);
        }
    } else if (is_flow(map)) {
        add_to_flow(ctx, diag, map, key, value);
    } else if (map->map.len > 0) {
        add_to_block(ctx, diag, map, key, value);
    }
}

/* "b.c" and "1" -> "\n  b:\n    c: 1", or in flow "{ b: { c: 1 } }" */
static const char *nest(Arena *arena, Str path, const char *value, bool in_flow)
{
    StrBuf out = STRBUF_ON_ARENA(arena);
    size_t depth = 0;
    Str key;
    while (str_next(&path, '.', &key)) {
        depth++;
        strbuf_add_cstr(&out, in_flow ? "{ " : "\n");
        strbuf_add_repeat(&out, ' ', in_flow ? 0 : 2 * depth);
        strbuf_addf(&out, "%" STR_FMT ":%s", STR_ARG(key), in_flow ? " " : "");
    }
    strbuf_addf(&out, "%s%s", in_flow || value[0] == '\n' ? "" : " ", value);
    for (size_t i = 0; i < depth && in_flow; i++) {
        strbuf_add_cstr(&out, " }");
    }
    return out.ptr;
}

void rule_fix_set(
    RuleContext *ctx, Diag *diag, const Node *map, const char *path, const char *value
)
{
    Arena *arena = ctx->diags->arena;
    Str rest = str_from(path);
    while (node_is_map(map) && span_is_known(map->span) && !map->is_alias_use) {
        Str key;
        (void) str_next(&rest, '.', &key);
        const Node *next = node_get(map, key);
        if (rest.len == 0) {
            set_key(ctx, diag, map, str_to_cstr(arena, key), value);
            return;
        }
        if (!next) {
            const char *nested = nest(arena, rest, value, is_flow(map));
            set_key(ctx, diag, map, str_to_cstr(arena, key), nested);
            return;
        }
        map = next;
    }
}

void rule_suggest_set(
    RuleContext *ctx, Diag *diag, const Node *map, const char *path, const char *value
)
{
    rule_fix_set(ctx, diag, map, path, value);
    diag->is_suggestion = true;
}

/* An entry or item of a flow collection, with the comma behind it or before it. */
static void remove_from_flow(RuleContext *ctx, Diag *diag, Span part)
{
    Str text = part.source->text;
    size_t start = part.start;
    size_t end = part.end;
    size_t after = end;
    while (after < text.len && text.ptr[after] == ' ') {
        after++;
    }
    if (after < text.len && text.ptr[after] == ',') {
        end = after + 1;
        while (end < text.len && text.ptr[end] == ' ') {
            end++;
        }
    } else {
        while (start > 0 && text.ptr[start - 1] == ' ') {
            start--;
        }
        start -= start > 0 && text.ptr[start - 1] == ',';
    }
    rule_fix(ctx, diag, span_make(part.source, start, end), "%s", "");
}

/* Whole lines: a value's span ends with its last character. The first entry of a list's item shares
 * its line with the dash, so the next one moves up. */
static void remove_from_block(RuleContext *ctx, Diag *diag, const Node *map, const NodePair *pair)
{
    Source *source = map->span.source;
    Str text = source->text;
    size_t key = pair->key->span.start;
    size_t start = line_start(text, key);
    size_t end = line_behind(text, pair->value->span.end);
    if (!starts_line(text, key) || end == STR_NONE) {
        return;
    }
    if (str_has_char(str_slice(text, start, key), '-')) {
        const NodePair *next = pair + 1;
        if (pair != map->map.pairs || map->map.len < 2 || !is_within(next->key, map) ||
            !str_is_empty(str_trim(str_slice(text, end, next->key->span.start)))) {
            return;
        }
        start = key;
        end = next->key->span.start;
    }
    rule_fix(ctx, diag, span_make(source, start, end), "%s", "");
}

void rule_fix_remove(RuleContext *ctx, Diag *diag, const Node *map, const char *key)
{
    const NodePair *pair = node_find(map, str_from(key));
    if (!pair || !span_is_known(map->span) || map->is_alias_use || map->map.len < 2 ||
        !is_within(pair->key, map) || !is_within(pair->value, map) || pair->value->is_alias_use) {
        return;
    }
    if (is_flow(map)) {
        Span part = pair->key->span;
        part.end = pair->value->span.end;
        remove_from_flow(ctx, diag, part);
    } else {
        remove_from_block(ctx, diag, map, pair);
    }
}

/* --- lists ------------------------------------------------------------------------------------ */

static bool is_editable_list(const Node *list)
{
    return node_is_seq(list) && span_is_known(list->span) && !list->is_alias_use &&
           list->seq.len > 0;
}

static bool is_flow_list(const Node *list)
{
    Str text = list->span.source->text;
    return list->span.start < text.len && text.ptr[list->span.start] == '[';
}

void rule_fix_remove_item(RuleContext *ctx, Diag *diag, const Node *list, size_t at)
{
    const Node *item = is_editable_list(list) && list->seq.len > 1 ? list->seq.items[at] : NULL;
    if (!item || !is_within(item, list) || item->is_alias_use) {
        return;
    }
    if (is_flow_list(list)) {
        remove_from_flow(ctx, diag, item->span);
        return;
    }
    Source *source = item->span.source;
    Str text = source->text;
    size_t end = line_behind(text, item->span.end);
    if (starts_line(text, item->span.start) && end != STR_NONE) {
        size_t start = line_start(text, item->span.start);
        rule_fix(ctx, diag, span_make(source, start, end), "%s", "");
    }
}

void rule_fix_prepend(RuleContext *ctx, Diag *diag, const Node *list, const char *value)
{
    const Node *first = is_editable_list(list) ? list->seq.items[0] : NULL;
    if (!first || !is_within(first, list)) {
        return;
    }
    Source *source = first->span.source;
    size_t at = first->span.start;
    size_t dash = list->span.start;
    if (is_flow_list(list)) {
        rule_fix(ctx, diag, span_make(source, at, at), "%s, ", value);
    } else if (dash < at && source->text.ptr[dash] == '-' && starts_line(source->text, dash)) {
        size_t column = dash - line_start(source->text, dash);
        rule_fix(ctx, diag, span_make(source, dash, dash), "- %s\n%*s", value, (int) column, "");
    }
}

void rule_fix_append(RuleContext *ctx, Diag *diag, const Node *list, const char *value)
{
    const Node *last = is_editable_list(list) ? list->seq.items[list->seq.len - 1] : NULL;
    if (!last || !is_within(last, list)) {
        return;
    }
    Source *source = list->span.source;
    size_t dash = list->span.start;
    if (is_flow_list(list)) {
        rule_fix(ctx, diag, span_make(source, last->span.end, last->span.end), ", %s", value);
        return;
    }
    size_t place = line_behind(source->text, last->span.end);
    if (source->text.ptr[dash] == '-' && starts_line(source->text, dash) && place != STR_NONE) {
        bool has_newline = place > 0 && source->text.ptr[place - 1] == '\n';
        int column = (int) (dash - line_start(source->text, dash));
        rule_fix(
            ctx,
            diag,
            span_make(source, place, place),
            "%s%*s- %s%s",
            has_newline ? "" : "\n",
            column,
            "",
            value,
            has_newline ? "\n" : ""
        );
    }
}
