/* Statements of a script (Postgres manual 4.1: lexical structure). */
#include "migrate.h"

bool migrate_is_outside_transaction(Str sql)
{
    Str line;
    Str rest = sql;
    return str_next_line(&rest, &line) && str_eq(str_trim(line), STR("-- no-transaction"));
}

static size_t skip_line_comment(Str sql, size_t at)
{
    while (at < sql.len && sql.ptr[at] != '\n') {
        at++;
    }
    return at;
}

/* Postgres nests block comments. */
static size_t skip_block_comment(Str sql, size_t at)
{
    unsigned depth = 0;
    while (at < sql.len) {
        Str here = str_skip(sql, at);
        if (str_has_prefix(here, STR("/*"))) {
            depth++;
            at += 2;
        } else if (str_has_prefix(here, STR("*/"))) {
            at += 2;
            if (--depth == 0) {
                return at;
            }
        } else {
            at++;
        }
    }
    return at;
}

/* A doubled quote ends one text and begins the next: the same to us. */
static size_t skip_quoted(Str sql, size_t at, char quote)
{
    at++;
    while (at < sql.len && sql.ptr[at] != quote) {
        at++;
    }
    return at < sql.len ? at + 1 : at;
}

static bool is_tag_char(char c)
{
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* $tag$ … $tag$; a '$' that opens nothing ($1) is one character. */
static size_t skip_dollar(Str sql, size_t at)
{
    size_t end = at + 1;
    while (end < sql.len && is_tag_char(sql.ptr[end])) {
        end++;
    }
    bool is_digit = at + 1 < sql.len && sql.ptr[at + 1] >= '0' && sql.ptr[at + 1] <= '9';
    if (end >= sql.len || sql.ptr[end] != '$' || is_digit) {
        return at + 1;
    }
    Str tag = str_slice(sql, at, end + 1);
    size_t close = str_find(str_skip(sql, end + 1), tag);
    return close == STR_NONE ? sql.len : end + 1 + close + tag.len;
}

static size_t skip_token(Str sql, size_t at)
{
    Str here = str_skip(sql, at);
    if (str_has_prefix(here, STR("--"))) {
        return skip_line_comment(sql, at);
    }
    if (str_has_prefix(here, STR("/*"))) {
        return skip_block_comment(sql, at);
    }
    if (here.ptr[0] == '\'' || here.ptr[0] == '"') {
        return skip_quoted(sql, at, here.ptr[0]);
    }
    return here.ptr[0] == '$' ? skip_dollar(sql, at) : at + 1;
}

static bool has_statement(Str sql)
{
    for (size_t at = 0; at < sql.len;) {
        char c = sql.ptr[at];
        bool is_space = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ';';
        Str here = str_skip(sql, at);
        bool is_comment = str_has_prefix(here, STR("--")) || str_has_prefix(here, STR("/*"));
        if (!is_space && !is_comment) {
            return true;
        }
        at = skip_token(sql, at);
    }
    return false;
}

bool migrate_next_statement(Str *rest, Str *ret_statement)
{
    while (rest->len > 0) {
        size_t at = 0;
        while (at < rest->len && rest->ptr[at] != ';') {
            at = skip_token(*rest, at);
        }
        Str statement = str_trim(str_slice(*rest, 0, at));
        *rest = str_skip(*rest, at + 1);
        if (has_statement(statement)) {
            *ret_statement = statement;
            return true;
        }
    }
    return false;
}
