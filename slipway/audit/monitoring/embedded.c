#include "embedded.h"

#include "base/mem.h"
#include "base/path.h"
#include "codec/yaml.h"

#include "dashboard.h"

/* --- what it is ------------------------------------------------------------------------------- */

static bool is_json(Str name, Str text)
{
    return str_eq(path_extension(name), STR(".json")) || str_has_prefix(str_trim(text), STR("{"));
}

/* Keys are file names, as a rule: those that the programs read. */
static bool may_be_one(Str name)
{
    static const Str extensions[] = { STR_INIT(""),      STR_INIT(".yaml"),  STR_INIT(".yml"),
                                      STR_INIT(".json"), STR_INIT(".rules"), STR_INIT(".rule") };
    for (size_t i = 0; i < ARRAY_LEN(extensions); i++) {
        if (str_eq(path_extension(name), extensions[i])) {
            return true;
        }
    }
    return false;
}

static ArtifactKind kind_of(Str name, Str text)
{
    if (!may_be_one(name)) {
        return ARTIFACT_NONE;
    }
    ArtifactKind kind = classify(is_json(name, text) ? STR("a.json") : STR("a.yaml"), text);
    bool is_ours =
        kind == ARTIFACT_DASHBOARD || kind == ARTIFACT_PROMETHEUS || kind == ARTIFACT_GRAFANA;
    return is_ours ? kind : ARTIFACT_NONE;
}

/* --- where it stands -------------------------------------------------------------------------- */

/* The lines below the header of a literal block. */
static Span block_of(const Node *value)
{
    Span span = value->span;
    Str text = span.source->text;
    while (span.start < span.end && text.ptr[span.start] != '\n') {
        span.start++;
    }
    span.start += span.start < span.end;
    return span;
}

/* Whether the lines are those of `text`, all with the same indentation before them. */
static bool is_indented_text(Str lines, Str text)
{
    size_t indent = STR_NONE;
    Str line, wanted;
    while (str_next_line(&text, &wanted)) {
        if (!str_next_line(&lines, &line)) {
            return false;
        }
        if (wanted.len == 0) {
            if (!str_is_empty(str_trim(line))) {
                return false;
            }
            continue;
        }
        if (indent == STR_NONE && line.len >= wanted.len) {
            indent = line.len - wanted.len;
        }
        if (line.len != indent + wanted.len || !str_eq(str_skip(line, indent), wanted)) {
            return false;
        }
    }
    return str_is_empty(str_trim(lines));
}

/* Behind the marker that opens a document: indented it would be none. */
static Str skip_marker(Str text)
{
    Str rest = text;
    Str line;
    while (str_next_line(&rest, &line)) {
        Str word = str_trim(line);
        if (str_eq(word, STR("---"))) {
            return rest;
        }
        if (word.len > 0 && word.ptr[0] != '#') {
            break;
        }
    }
    return text;
}

static bool has_marker(Str text)
{
    Str line;
    while (str_next_line(&text, &line)) {
        if (str_has_prefix(str_trim(line), STR("---")) || str_eq(str_trim(line), STR("..."))) {
            return true;
        }
    }
    return false;
}

/* Where the text can be read in the file itself. */
static bool find_lines(const Node *value, Span *ret_lines)
{
    Span span = value->span;
    bool is_file = str_eq(span_text(span), value->text) && span.start == 0;
    Span lines = value->style == STYLE_LITERAL ? block_of(value) : span;
    bool is_block =
        value->style == STYLE_LITERAL && is_indented_text(span_text(lines), value->text);
    if (!is_file && !is_block) {
        return false;
    }
    Str text = skip_marker(span_text(lines));
    lines.start = lines.end - (uint32_t) text.len;
    *ret_lines = lines;
    return is_file || !has_marker(text);
}

/* --- reading ---------------------------------------------------------------------------------- */

typedef struct Move {
    Source *from, *to;
    uint32_t start; /* of the text in `to` */
    Span whole;     /* known: the place of everything */
} Move;

static Span moved(const Move *move, Span span)
{
    if (span_is_known(move->whole) || span.source != move->from) {
        return span_is_known(move->whole) ? move->whole : span;
    }
    return span_make(move->to, move->start + span.start, move->start + span.end);
}

/* A node that an alias shares is moved once. */
static void move_node(const Move *move, Node *node)
{
    if (node->span.source != move->from) {
        return;
    }
    node->span = moved(move, node->span);
    for (size_t i = 0; node->kind == NODE_SEQ && i < node->seq.len; i++) {
        move_node(move, node->seq.items[i]);
    }
    for (size_t i = 0; node->kind == NODE_MAP && i < node->map.len; i++) {
        move_node(move, node->map.pairs[i].key);
        move_node(move, node->map.pairs[i].value);
    }
}

static void read_json(Arena *arena, const Move *move, Embedded *embedded)
{
    Error err = ERROR_INIT;
    if (dashboard_read_json(arena, move->from, &embedded->root, &err) < 0) {
        embedded->root = NULL;
        embedded->mistake = str_from(arena_strdup(arena, err.message));
        embedded->mistake_span = moved(move, err.span);
    }
}

static void read_yaml(Arena *arena, const Move *move, Embedded *embedded)
{
    DiagList diags = DIAG_LIST(arena);
    YamlDocuments documents = { 0 };
    YamlOptions options = { 0 };
    (void) yaml_read(arena, move->from, &options, &documents, &diags);
    if (diags.diags.len > 0) {
        embedded->mistake = diags.diags.ptr[0].message;
        embedded->mistake_span = moved(move, diags.diags.ptr[0].span);
    } else if (documents.len > 0) {
        embedded->root = documents.roots[0];
    }
}

/* Reads the text as a source of its own and moves what was read to where it stands. */
static Move plan_move(Arena *arena, const Node *value)
{
    Source *file = value->span.source;
    Span lines;
    Move move = { .to = file };
    if (find_lines(value, &lines)) {
        move.from = source_new(arena, file->path, span_text(lines));
        move.start = lines.start;
        return move;
    }
    move.from = source_new(arena, file->path, value->text);
    move.to = source_new(arena, file->path, file->text);
    move.to->is_coarse = true;
    move.whole = span_make(move.to, value->span.start, value->span.end);
    return move;
}

bool embedded_read(Arena *arena, const Node *key, const Node *value, Embedded *ret_embedded)
{
    if (!node_is_string(value) || !span_is_known(value->span)) {
        return false;
    }
    Embedded embedded = { .kind = kind_of(key->text, value->text), .text = value->text };
    if (embedded.kind == ARTIFACT_NONE) {
        return false;
    }
    Move move = plan_move(arena, value);
    embedded.source = move.to;
    embedded.place = moved(&move, span_make(move.from, 0, 1));
    if (embedded.kind == ARTIFACT_DASHBOARD) {
        read_json(arena, &move, &embedded);
    } else {
        read_yaml(arena, &move, &embedded);
    }
    if (embedded.root) {
        move_node(&move, embedded.root);
    }
    *ret_embedded = embedded;
    return true;
}
