#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/strbuf.h"

#include "yaml_internal.h"

enum { SIMPLE_KEY_MAX_BYTES = 1024 };

int yaml_scan_error(YamlScanner *s, uint32_t start, uint32_t end, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *message = arena_vprintf(s->arena, format, args);
    va_end(args);
    diag_error(s->diags, "Y1001", span_make(s->source, start, end), "%s", message);
    return -EINVAL;
}

void yaml_scan_push(YamlScanner *s, YamlTokenKind kind, uint32_t start)
{
    YamlToken token = { .kind = kind, .start = start, .end = s->pos };
    vec_push(&s->tokens, s->scratch, token);
}

static bool in_flow(const YamlScanner *s)
{
    return s->keys.len > 1;
}

/* Inserts where a key turned out to have begun; that is at most SIMPLE_KEY_MAX_BYTES back. */
static void insert_token(YamlScanner *s, uint32_t at, YamlTokenKind kind, uint32_t pos)
{
    YamlToken token = { .kind = kind, .start = pos, .end = pos };
    vec_insert(&s->tokens, s->scratch, at, token);
}

/* 1 when the pending key may still become one, 0 when not, negative when it had to. */
static int simple_key_check(YamlScanner *s, YamlSimpleKey *key)
{
    if (!key->possible) {
        return 0;
    }
    if (key->line == s->line && key->pos + SIMPLE_KEY_MAX_BYTES >= s->pos) {
        return 1;
    }
    key->possible = false;
    if (key->required) {
        uint32_t end = key->pos;
        while (end < s->text.len && s->text.ptr[end] != '\n' && s->text.ptr[end] != '\r') {
            end++;
        }
        return yaml_scan_error(s, key->pos, end, "could not find expected ':' after this key");
    }
    return 0;
}

static int remove_simple_key(YamlScanner *s)
{
    YamlSimpleKey *key = vec_last(&s->keys);
    if (key->possible && key->required) {
        key->possible = false;
        return yaml_scan_error(s, key->pos, s->pos, "could not find expected ':' after this key");
    }
    key->possible = false;
    return 0;
}

static int save_simple_key(YamlScanner *s)
{
    if (!s->simple_key_allowed) {
        return 0;
    }
    int rc = remove_simple_key(s);
    if (rc < 0) {
        return rc;
    }
    YamlSimpleKey *key = vec_last(&s->keys);
    key->possible = true;
    key->required = !in_flow(s) && s->indent == (int32_t) yaml_column(s);
    key->token = (uint32_t) s->tokens.len;
    key->pos = s->pos;
    key->line = s->line;
    key->column = yaml_column(s);
    return 0;
}

static void
roll_indent(YamlScanner *s, uint32_t column, uint32_t at, YamlTokenKind kind, uint32_t pos)
{
    if (in_flow(s) || s->indent >= (int32_t) column) {
        return;
    }
    vec_push(&s->indents, s->scratch, s->indent);
    s->indent = (int32_t) column;
    insert_token(s, at, kind, pos);
}

static void unroll_indent(YamlScanner *s, int32_t column)
{
    while (!in_flow(s) && s->indent > column) {
        yaml_scan_push(s, YAML_TOKEN_BLOCK_END, s->pos);
        s->indent = vec_pop(&s->indents);
    }
}

/* --- what stands between tokens ------------------------------------------------------------- */

static bool blank_line_above(const YamlScanner *s)
{
    uint32_t at = s->line_start;
    if (at == 0) {
        return true;
    }
    at--; /* the newline of the line above */
    while (at > 0 && strchr(" \t\r", s->text.ptr[at - 1])) {
        at--;
    }
    return at == 0 || s->text.ptr[at - 1] == '\n';
}

static bool blank_line_below(const YamlScanner *s)
{
    size_t at = yaml_break_len(s, 0);
    while (yaml_is_blank(s, at)) {
        at++;
    }
    return yaml_is_breakz(s, at);
}

static void scan_comment(YamlScanner *s)
{
    uint32_t start = s->pos;
    while (!yaml_is_breakz(s, 0)) {
        s->pos++;
    }
    if (!s->keep_comments) {
        return;
    }
    uint32_t first = s->line_start;
    while (first < start && (s->text.ptr[first] == ' ' || s->text.ptr[first] == '\t')) {
        first++;
    }
    YamlComment comment = {
        .start = start,
        .end = s->pos,
        .column = start - s->line_start,
        .token = (uint32_t) s->tokens.len,
        .behind = first < start,
        .blank_before = blank_line_above(s),
        .blank_after = blank_line_below(s),
    };
    vec_push(&s->comments, s->scratch, comment);
}

static void skip_to_token(YamlScanner *s)
{
    while (true) {
        while (yaml_peek(s, 0) == ' ' ||
               (yaml_peek(s, 0) == '\t' && (in_flow(s) || !s->simple_key_allowed))) {
            s->pos++;
        }
        if (yaml_peek(s, 0) == '#') {
            scan_comment(s);
        }
        if (yaml_at_end(s, 0) || yaml_break_len(s, 0) == 0) {
            return;
        }
        yaml_skip_break(s);
        if (!in_flow(s)) {
            s->simple_key_allowed = true;
        }
    }
}

/* --- one function a kind of token ------------------------------------------------------------ */

static int fetch_document_mark(YamlScanner *s)
{
    if (in_flow(s)) {
        uint32_t open = vec_last(&s->keys)->open;
        return yaml_scan_error(s, open, open + 1, "this '%c' is not closed", s->text.ptr[open]);
    }
    unroll_indent(s, -1);
    int rc = remove_simple_key(s);
    s->simple_key_allowed = false;
    YamlTokenKind kind =
        yaml_peek(s, 0) == '-' ? YAML_TOKEN_DOCUMENT_START : YAML_TOKEN_DOCUMENT_END;
    uint32_t start = s->pos;
    s->pos += 3;
    yaml_scan_push(s, kind, start);
    return rc;
}

static int fetch_directive(YamlScanner *s)
{
    unroll_indent(s, -1);
    int rc = remove_simple_key(s);
    if (rc < 0) {
        return rc;
    }
    s->simple_key_allowed = false;
    uint32_t start = s->pos;
    while (!yaml_is_breakz(s, 0)) {
        s->pos++;
    }
    Str rest = str_slice(s->text, start, s->pos);
    Str name, handle;
    yaml_scan_push(s, YAML_TOKEN_DIRECTIVE, start);
    if (str_strip_prefix(&rest, STR("%YAML "))) {
        return 0;
    }
    if (!str_strip_prefix(&rest, STR("%TAG "))) {
        return yaml_scan_error(
            s, start, s->pos, "unknown directive: only %%YAML and %%TAG are known"
        );
    }
    rest = str_trim(rest);
    if (!str_cut(rest, ' ', &handle, &name) || handle.len == 0 || handle.ptr[0] != '!') {
        return yaml_scan_error(s, start, s->pos, "%%TAG wants a handle and a prefix");
    }
    vec_last(&s->tokens)->text = handle;
    return 0;
}

static int fetch_flow_open(YamlScanner *s, YamlTokenKind kind)
{
    int rc = save_simple_key(s);
    if (rc < 0) {
        return rc;
    }
    YamlSimpleKey level = { .open = s->pos };
    vec_push(&s->keys, s->scratch, level);
    s->simple_key_allowed = true;
    s->pos++;
    yaml_scan_push(s, kind, s->pos - 1);
    return 0;
}

static int fetch_flow_close(YamlScanner *s, YamlTokenKind kind)
{
    int rc = remove_simple_key(s);
    if (rc < 0) {
        return rc;
    }
    if (!in_flow(s)) {
        return yaml_scan_error(s, s->pos, s->pos + 1, "'%c' closes nothing", yaml_peek(s, 0));
    }
    (void) vec_pop(&s->keys);
    s->simple_key_allowed = false;
    s->pos++;
    yaml_scan_push(s, kind, s->pos - 1);
    return 0;
}

static int fetch_flow_entry(YamlScanner *s)
{
    int rc = remove_simple_key(s);
    s->simple_key_allowed = true;
    s->pos++;
    yaml_scan_push(s, YAML_TOKEN_FLOW_ENTRY, s->pos - 1);
    return rc;
}

static int fetch_block_entry(YamlScanner *s)
{
    if (!in_flow(s)) {
        if (!s->simple_key_allowed) {
            return yaml_scan_error(
                s, s->pos, s->pos + 1, "block sequence entries are not allowed in this context"
            );
        }
        roll_indent(s, yaml_column(s), (uint32_t) s->tokens.len, YAML_TOKEN_BLOCK_SEQ, s->pos);
    }
    int rc = remove_simple_key(s);
    s->simple_key_allowed = true;
    s->pos++;
    yaml_scan_push(s, YAML_TOKEN_BLOCK_ENTRY, s->pos - 1);
    return rc;
}

static int fetch_key(YamlScanner *s)
{
    if (!in_flow(s)) {
        if (!s->simple_key_allowed) {
            return yaml_scan_error(
                s, s->pos, s->pos + 1, "mapping keys are not allowed in this context"
            );
        }
        roll_indent(s, yaml_column(s), (uint32_t) s->tokens.len, YAML_TOKEN_BLOCK_MAP, s->pos);
    }
    int rc = remove_simple_key(s);
    s->simple_key_allowed = !in_flow(s);
    s->pos++;
    yaml_scan_push(s, YAML_TOKEN_KEY, s->pos - 1);
    return rc;
}

static int fetch_value(YamlScanner *s)
{
    YamlSimpleKey *key = vec_last(&s->keys);
    int rc = simple_key_check(s, key);
    if (rc < 0) {
        return rc;
    }
    if (rc > 0) {
        insert_token(s, key->token, YAML_TOKEN_KEY, key->pos);
        roll_indent(s, key->column, key->token, YAML_TOKEN_BLOCK_MAP, key->pos);
        key->possible = false;
        s->simple_key_allowed = false;
    } else {
        if (!in_flow(s)) {
            if (!s->simple_key_allowed) {
                return yaml_scan_error(
                    s, s->pos, s->pos + 1, "mapping values are not allowed in this context"
                );
            }
            roll_indent(s, yaml_column(s), (uint32_t) s->tokens.len, YAML_TOKEN_BLOCK_MAP, s->pos);
        }
        s->simple_key_allowed = !in_flow(s);
    }
    s->pos++;
    yaml_scan_push(s, YAML_TOKEN_VALUE, s->pos - 1);
    return 0;
}

static bool is_word(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c == '-';
}

static int fetch_anchor(YamlScanner *s, YamlTokenKind kind)
{
    int rc = save_simple_key(s);
    if (rc < 0) {
        return rc;
    }
    s->simple_key_allowed = false;
    uint32_t start = s->pos++;
    while (is_word(yaml_peek(s, 0))) {
        s->pos++;
    }
    Str name = str_slice(s->text, start + 1, s->pos);
    unsigned char c = yaml_peek(s, 0);
    if (name.len == 0 || !(yaml_is_blankz(s, 0) || strchr("?:,]}%@`", c))) {
        return yaml_scan_error(
            s,
            start,
            s->pos + 1,
            "%s wants a name of letters, digits, '-' and '_'",
            kind == YAML_TOKEN_ALIAS ? "an alias" : "an anchor"
        );
    }
    yaml_scan_push(s, kind, start);
    vec_last(&s->tokens)->text = name;
    return 0;
}

static bool is_tag_char(unsigned char c)
{
    return c && (is_word(c) || strchr(";/?:@&=+$,.!~*'()[]%", c));
}

static int fetch_tag(YamlScanner *s)
{
    int rc = save_simple_key(s);
    if (rc < 0) {
        return rc;
    }
    s->simple_key_allowed = false;
    uint32_t start = s->pos;
    bool verbatim = yaml_peek(s, 1) == '<';
    s->pos += verbatim ? 2 : 1;
    while (is_tag_char(yaml_peek(s, 0)) && !(in_flow(s) && !verbatim && yaml_peek(s, 0) == ',')) {
        s->pos++;
    }
    Str tag = str_slice(s->text, start, s->pos);
    if (verbatim) {
        if (yaml_peek(s, 0) != '>') {
            return yaml_scan_error(s, start, s->pos, "this tag wants a closing '>'");
        }
        tag = str_skip(tag, 2);
        s->pos++;
        if (str_strip_prefix(&tag, STR("tag:yaml.org,2002:"))) {
            tag = str_printf(s->arena, "!!%" STR_FMT, STR_ARG(tag));
        }
    }
    if (!yaml_is_blankz(s, 0) && !(in_flow(s) && yaml_peek(s, 0) == ',')) {
        return yaml_scan_error(s, start, s->pos + 1, "a tag must be followed by white space");
    }
    yaml_scan_push(s, YAML_TOKEN_TAG, start);
    vec_last(&s->tokens)->text = tag;
    return 0;
}

static int fetch_scalar(YamlScanner *s)
{
    unsigned char c = yaml_peek(s, 0);
    if (!in_flow(s) && (c == '|' || c == '>')) {
        int rc = remove_simple_key(s);
        s->simple_key_allowed = true;
        return rc < 0 ? rc : yaml_scan_block_scalar(s, c == '|');
    }
    int rc = save_simple_key(s);
    if (rc < 0) {
        return rc;
    }
    s->simple_key_allowed = false;
    return c == '\'' || c == '"' ? yaml_scan_quoted(s, (char) c) : yaml_scan_plain(s);
}

static bool starts_plain(const YamlScanner *s)
{
    unsigned char c = yaml_peek(s, 0);
    if (c == '-') {
        return !yaml_is_blank(s, 1);
    }
    if (c == '?' || c == ':') {
        return !in_flow(s) && !yaml_is_blankz(s, 1);
    }
    return !yaml_is_blankz(s, 0) && !strchr(",[]{}#&*!|>'\"%@`", c);
}

static int fetch_other(YamlScanner *s)
{
    unsigned char c = yaml_peek(s, 0);
    if (c == '\'' || c == '"' || (!in_flow(s) && (c == '|' || c == '>')) || starts_plain(s)) {
        return fetch_scalar(s);
    }
    if (c == '\t') {
        return yaml_scan_error(s, s->pos, s->pos + 1, "a tab cannot indent: use spaces");
    }
    Diag *diag = diag_error(
        s->diags, "Y1001", span_make(s->source, s->pos, s->pos + 1), "'%c' cannot start a value", c
    );
    diag_hint(s->diags, diag, "put the value in quotes");
    return -EINVAL;
}

static int fetch_indicator(YamlScanner *s)
{
    bool spaced = in_flow(s) || yaml_is_blankz(s, 1);
    switch (yaml_peek(s, 0)) {
    case '[':
        return fetch_flow_open(s, YAML_TOKEN_FLOW_SEQ);
    case '{':
        return fetch_flow_open(s, YAML_TOKEN_FLOW_MAP);
    case ']':
        return fetch_flow_close(s, YAML_TOKEN_FLOW_SEQ_END);
    case '}':
        return fetch_flow_close(s, YAML_TOKEN_FLOW_MAP_END);
    case ',':
        return fetch_flow_entry(s);
    case '-':
        return yaml_is_blankz(s, 1) ? fetch_block_entry(s) : fetch_other(s);
    case '?':
        return spaced ? fetch_key(s) : fetch_other(s);
    case ':':
        return spaced ? fetch_value(s) : fetch_other(s);
    case '*':
        return fetch_anchor(s, YAML_TOKEN_ALIAS);
    case '&':
        return fetch_anchor(s, YAML_TOKEN_ANCHOR);
    case '!':
        return fetch_tag(s);
    default:
        return fetch_other(s);
    }
}

/* One more token; 1 at the end of the text. */
static int fetch(YamlScanner *s)
{
    skip_to_token(s);
    int rc = simple_key_check(s, vec_last(&s->keys));
    if (rc < 0) {
        return rc;
    }
    unroll_indent(s, (int32_t) yaml_column(s));
    if (yaml_at_end(s, 0)) {
        if (in_flow(s)) {
            uint32_t open = vec_last(&s->keys)->open;
            return yaml_scan_error(s, open, open + 1, "this '%c' is not closed", s->text.ptr[open]);
        }
        rc = remove_simple_key(s);
        return rc < 0 ? rc : 1;
    }
    if (yaml_column(s) == 0 && yaml_peek(s, 0) == '%') {
        return fetch_directive(s);
    }
    if (yaml_at_document_mark(s)) {
        return fetch_document_mark(s);
    }
    return fetch_indicator(s);
}

static void reset_context(YamlScanner *s)
{
    vec_clear(&s->keys);
    YamlSimpleKey block = { 0 };
    vec_push(&s->keys, s->scratch, block);
    vec_clear(&s->indents);
    s->indent = -1;
    s->simple_key_allowed = true;
}

/* After a mistake: on to the next document, so that each document's first mistake is told. */
static void recover(YamlScanner *s)
{
    yaml_scan_push(s, YAML_TOKEN_ERROR, s->pos);
    while (!yaml_at_end(s, 0)) {
        if (yaml_at_document_mark(s)) {
            break;
        }
        while (!yaml_is_breakz(s, 0)) {
            s->pos++;
        }
        yaml_skip_break(s);
    }
    reset_context(s);
}

void yaml_scan(YamlScanner *s)
{
    reset_context(s);
    vec_reserve(&s->tokens, s->scratch, s->text.len / 6 + 16);
    if (s->text.len >= 3 && memcmp(s->text.ptr, "\xEF\xBB\xBF", 3) == 0) {
        s->pos = s->line_start = 3;
    }
    int rc = 0;
    while (rc <= 0) {
        rc = fetch(s);
        if (rc < 0) {
            recover(s);
        }
    }
    unroll_indent(s, -1);
    yaml_scan_push(s, YAML_TOKEN_STREAM_END, s->pos);
}
