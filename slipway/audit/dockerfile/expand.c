/* A word's value: quotes and escapes off, variables replaced by what they are known to be.
 * https://docs.docker.com/reference/dockerfile/#environment-replacement */
#include "internal.h"

typedef struct Expander {
    Reading *reading;
    DockerInstruction *instruction;
    const MappedText *raw;
    size_t at;
    StrBuf out;
    bool replaces;
    bool is_known;
    bool has_variable;
    bool has_complained;
    unsigned depth;
} Expander;

static void expand_until(Expander *e, char stop);

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_at_end(const Expander *e)
{
    return e->at >= e->raw->text.len;
}

static char current(const Expander *e)
{
    return is_at_end(e) ? '\0' : e->raw->text.ptr[e->at];
}

static void append(Expander *e, Str text)
{
    if (e->out.len + text.len > VALUE_BYTES_MOST) {
        e->is_known = false;
        return;
    }
    strbuf_add(&e->out, text);
}

static void append_char(Expander *e, char c)
{
    append(e, str_make(&c, 1));
}

static void complain(Expander *e, size_t start, const char *hint, const char *message)
{
    if (!e->has_complained) {
        e->has_complained = true;
        Span span = mapped_text_span(e->raw, start, e->at);
        problem_add(e->reading, span, hint, "%s", message);
    }
}

/* --- variables -------------------------------------------------------------------------------- */

void scope_set(Reading *reading, Scope *scope, Str name, DockerVariable variable)
{
    DockerVariable *entry = ARENA_NEW(reading->file->arena, DockerVariable);
    *entry = variable;
    map_set(&scope->variables, name, entry);
}

const DockerVariable *scope_get(const Scope *scope, Str name)
{
    const DockerVariable *found = NULL;
    for (; scope && !found; scope = scope->base) {
        found = map_get(&scope->variables, name);
    }
    return found;
}

DockerVariableState variable_state(const Reading *reading, Str name)
{
    const DockerVariable *variable = scope_get(reading->scope, name);
    if (variable) {
        return variable->is_argument ? DOCKER_VARIABLE_ARGUMENT : DOCKER_VARIABLE_KNOWN;
    }
    bool is_global = reading->scope != &reading->globals && scope_get(&reading->globals, name);
    return is_global ? DOCKER_VARIABLE_GLOBAL : DOCKER_VARIABLE_UNDEFINED;
}

static DockerReference *refer(Expander *e, Str name, size_t start)
{
    e->has_variable = true;
    DockerReference *reference = vec_add(&e->instruction->references, e->reading->file->arena);
    reference->name = name;
    reference->state = variable_state(e->reading, name);
    reference->span = mapped_text_span(e->raw, start, e->at);
    return reference;
}

/* Writes the variable's value, or where it isn't known what stands in the file. */
static void append_value(Expander *e, Str name, size_t start)
{
    const DockerVariable *variable = scope_get(e->reading->scope, name);
    if (variable && variable->is_known) {
        append(e, variable->value);
        return;
    }
    e->is_known = false;
    append(e, str_slice(e->raw->text, start, e->at));
}

/* Behind the name and the operator's colon, at '-', '+' or '?'. */
static void expand_conditional(Expander *e, Str name, size_t start, bool is_empty_unset)
{
    char sign = current(e);
    e->at++;
    size_t before = e->out.len;
    bool was_known = e->is_known;
    expand_until(e, '}');
    if (current(e) != '}') {
        complain(e, start, "close it with }", "the variable's brace isn't closed");
        return;
    }
    e->at++;
    refer(e, name, start)->has_default = sign != '?';
    const DockerVariable *variable = scope_get(e->reading->scope, name);
    bool is_set = variable && !variable->is_argument &&
                  !(is_empty_unset && variable->is_known && variable->value.len == 0);
    bool takes_word = sign == '+' ? is_set : sign == '-' && !is_set;
    if (takes_word) {
        return;
    }
    strbuf_truncate(&e->out, before);
    e->is_known = was_known;
    if (sign != '+') {
        append_value(e, name, start);
    }
}

/* ${x#pattern}, ${x/a/b} and their kin: the value isn't computed. */
static void skip_pattern(Expander *e, Str name, size_t start)
{
    unsigned open = 1;
    while (!is_at_end(e) && open > 0) {
        char c = current(e);
        if (c == e->reading->file->escape) {
            e->at++;
        }
        open += c == '{';
        open -= c == '}';
        e->at++;
    }
    e->at = e->at < e->raw->text.len ? e->at : e->raw->text.len;
    if (open > 0) {
        complain(e, start, "close it with }", "the variable's brace isn't closed");
        return;
    }
    (void) refer(e, name, start);
    e->is_known = false;
    append(e, str_slice(e->raw->text, start, e->at));
}

static Str take_name(Expander *e)
{
    size_t start = e->at;
    while (is_name_char(current(e))) {
        e->at++;
    }
    return str_slice(e->raw->text, start, e->at);
}

static void expand_braces(Expander *e, size_t start)
{
    e->at++;
    Str name = take_name(e);
    char c = current(e);
    bool has_colon = name.len > 0 && c == ':';
    if (has_colon) {
        e->at++;
        c = current(e);
    }
    if (name.len > 0 && c != '\0' && strchr("-+?", c) != NULL) {
        expand_conditional(e, name, start, has_colon);
    } else if (name.len > 0 && c == '}' && !has_colon) {
        e->at++;
        (void) refer(e, name, start);
        append_value(e, name, start);
    } else if (name.len > 0 && c != '\0' && !has_colon && strchr("#%/", c) != NULL) {
        skip_pattern(e, name, start);
    } else {
        while (!is_at_end(e) && current(e) != '}') {
            e->at++;
        }
        bool is_closed = !is_at_end(e);
        e->at += is_closed;
        e->is_known = false;
        append(e, str_slice(e->raw->text, start, e->at));
        complain(
            e,
            start,
            "write ${name}, ${name:-default} or ${name:+value}",
            is_closed ? "no such expansion" : "the variable's brace isn't closed"
        );
    }
}

static void expand_dollar(Expander *e)
{
    size_t start = e->at++;
    if (current(e) == '{') {
        if (++e->depth > EXPANSION_DEPTH_MOST) {
            complain(e, start, "use fewer", "variables are nested too deep");
            e->is_known = false;
            e->at = e->raw->text.len;
        } else {
            expand_braces(e, start);
        }
        e->depth--;
        return;
    }
    Str name = take_name(e);
    if (name.len == 0) {
        append_char(e, '$');
        return;
    }
    (void) refer(e, name, start);
    append_value(e, name, start);
}

/* --- quotes ----------------------------------------------------------------------------------- */

static void take_single_quoted(Expander *e)
{
    size_t start = e->at++;
    while (!is_at_end(e) && current(e) != '\'') {
        append_char(e, current(e));
        e->at++;
    }
    if (is_at_end(e)) {
        complain(e, start, "close it with '", "the quote isn't closed");
        return;
    }
    e->at++;
}

static void take_double_quoted(Expander *e)
{
    char escape = e->reading->file->escape;
    size_t start = e->at++;
    while (!is_at_end(e) && current(e) != '"') {
        char c = current(e);
        char next = e->at + 1 < e->raw->text.len ? e->raw->text.ptr[e->at + 1] : '\0';
        if (c == '$' && e->replaces) {
            expand_dollar(e);
            continue;
        }
        if (c == escape && (next == '"' || next == '$' || next == escape)) {
            e->at++;
            c = next;
        }
        append_char(e, c);
        e->at++;
    }
    if (is_at_end(e)) {
        complain(e, start, "close it with \"", "the quote isn't closed");
        return;
    }
    e->at++;
}

static void expand_until(Expander *e, char stop)
{
    while (!is_at_end(e) && (stop == '\0' || current(e) != stop)) {
        char c = current(e);
        if (c == '\'') {
            take_single_quoted(e);
        } else if (c == '"') {
            take_double_quoted(e);
        } else if (c == '$' && e->replaces) {
            expand_dollar(e);
        } else {
            if (c == e->reading->file->escape && e->at + 1 < e->raw->text.len) {
                c = e->raw->text.ptr[++e->at];
            }
            append_char(e, c);
            e->at++;
        }
    }
}

static bool is_plain(Str text, char escape)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '$' || c == '"' || c == '\'' || c == escape) {
            return false;
        }
    }
    return true;
}

DockerWord
word_expand(Reading *reading, DockerInstruction *instruction, const MappedText *raw, bool replaces)
{
    DockerWord word = { .span = mapped_text_span(raw, 0, raw->text.len),
                        .raw = raw->text,
                        .value = raw->text,
                        .is_known = true };
    if (is_plain(raw->text, reading->file->escape)) {
        return word;
    }
    Expander e = { .reading = reading,
                   .instruction = instruction,
                   .raw = raw,
                   .out = STRBUF_ON_ARENA(reading->file->arena),
                   .replaces = replaces,
                   .is_known = true };
    expand_until(&e, '\0');
    word.value = strbuf_str(&e.out);
    word.is_known = e.is_known;
    word.has_variable = e.has_variable;
    return word;
}
