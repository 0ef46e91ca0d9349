/* What stands behind an instruction's keyword. How it is split depends on the instruction: by white
 * space, by words with quotes, as one text, or as a JSON array. */
#include "codec/json.h"

#include "internal.h"

typedef enum ArgumentStyle {
    STYLE_BY_SPACE, /* quotes don't hold words together */
    STYLE_PAIRS,
    STYLE_ONE,   /* the whole rest */
    STYLE_SHELL, /* for a shell: not taken apart here */
} ArgumentStyle;

static bool is_blank_char(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static size_t skip_blanks(Str text, size_t at)
{
    while (at < text.len && is_blank_char(text.ptr[at])) {
        at++;
    }
    return at;
}

static size_t skip_word(Str text, size_t at)
{
    while (at < text.len && !is_blank_char(text.ptr[at])) {
        at++;
    }
    return at;
}

/* Behind the word that starts at `at`; blanks inside of quotes don't end it. */
static size_t skip_quoted_word(Str text, size_t at, char escape)
{
    char quote = '\0';
    for (; at < text.len; at++) {
        char c = text.ptr[at];
        if (c == escape && quote != '\'') {
            at++;
        } else if (quote != '\0') {
            quote = c == quote ? '\0' : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (is_blank_char(c)) {
            break;
        }
    }
    return at < text.len ? at : text.len;
}

/* Whether variables are replaced by the builder. */
static bool replaces_variables(DockerKind kind)
{
    return kind != DOCKER_RUN && kind != DOCKER_CMD && kind != DOCKER_ENTRYPOINT &&
           kind != DOCKER_HEALTHCHECK && kind != DOCKER_SHELL && kind != DOCKER_MAINTAINER;
}

static DockerWord make_word(
    Reading *reading, DockerInstruction *instruction, const MappedText *text, size_t from, size_t to
)
{
    MappedText raw = mapped_text_slice(text, from, to);
    return word_expand(reading, instruction, &raw, replaces_variables(instruction->kind));
}

/* --- flags ------------------------------------------------------------------------------------ */

static void add_flag(
    Reading *reading, DockerInstruction *instruction, const MappedText *text, size_t from, size_t to
)
{
    DockerFlag *flag = vec_add(&instruction->flags, reading->file->arena);
    Str raw = str_slice(text->text, from + 2, to);
    size_t equals = str_find_char(raw, '=');
    flag->span = mapped_text_span(text, from, to);
    flag->name = str_slice(raw, 0, equals);
    flag->has_value = equals != STR_NONE;
    if (flag->has_value) {
        MappedText value = mapped_text_slice(text, from + 2 + equals + 1, to);
        flag->value = word_expand(reading, instruction, &value, true);
    }
}

/* Returns where the rest starts. */
static size_t read_flags(Reading *reading, DockerInstruction *instruction, const MappedText *text)
{
    size_t at = skip_blanks(text->text, 0);
    while (str_has_prefix(str_skip(text->text, at), STR("--"))) {
        size_t end = skip_quoted_word(text->text, at, reading->file->escape);
        if (end - at > 2) {
            add_flag(reading, instruction, text, at, end);
        }
        size_t next = skip_blanks(text->text, end);
        if (end - at == 2) {
            return next; /* "--" ends them */
        }
        at = next;
    }
    return at;
}

/* --- JSON ------------------------------------------------------------------------------------- */

/* True when the rest is an array of strings: the exec form. */
static bool read_json(Reading *reading, DockerInstruction *instruction, const MappedText *text)
{
    Arena *arena = reading->file->arena;
    if (text->text.len == 0 || text->text.ptr[0] != '[') {
        return false;
    }
    Node *root = NULL;
    Source *joined = source_new(arena, reading->file->source->path, text->text);
    if (json_read(arena, joined, NULL, &root, NULL) < 0 || root->kind != NODE_SEQ) {
        return false;
    }
    for (size_t i = 0; i < root->seq.len; i++) {
        if (root->seq.items[i]->kind != NODE_STRING) {
            return false;
        }
    }
    for (size_t i = 0; i < root->seq.len; i++) {
        const Node *item = root->seq.items[i];
        MappedText raw = mapped_text_slice(text, item->span.start, item->span.end);
        DockerWord word = { .raw = raw.text, .value = item->text, .is_known = true };
        if (replaces_variables(instruction->kind)) {
            word = word_expand(reading, instruction, &raw, true);
        }
        word.span = mapped_text_span(&raw, 0, raw.text.len);
        vec_push(&instruction->words, arena, word);
    }
    instruction->is_json = true;
    return true;
}

/* --- heredocs --------------------------------------------------------------------------------- */

/* "<<EOF", "3<<-'EOF'": false when the word is none. */
static bool parse_heredoc(Str word, DockerHeredoc *ret_heredoc)
{
    size_t at = 0;
    while (at < word.len && word.ptr[at] >= '0' && word.ptr[at] <= '9') {
        at++;
    }
    Str rest = str_skip(word, at);
    if (!str_strip_prefix(&rest, STR("<<"))) {
        return false;
    }
    DockerHeredoc heredoc = { .expands = true };
    heredoc.strips_tabs = str_strip_prefix(&rest, STR("-"));
    if (rest.len == 0 || str_has_char(rest, '<')) {
        return false;
    }
    char first = rest.ptr[0], last = rest.ptr[rest.len - 1];
    if (rest.len > 2 && first == last && (first == '"' || first == '\'')) {
        heredoc.expands = false;
        rest = str_slice(rest, 1, rest.len - 1);
    }
    heredoc.name = rest;
    *ret_heredoc = heredoc;
    return rest.len > 0;
}

static bool read_heredoc(
    Reading *reading, DockerInstruction *instruction, Span span, const DockerHeredoc *found
)
{
    DockerHeredoc heredoc = *found;
    heredoc.span = span;
    if (lines_read_heredoc(&reading->lines, &heredoc)) {
        vec_push(&instruction->heredocs, reading->file->arena, heredoc);
        instruction->span.end = (uint32_t) reading->lines.at;
        return true;
    }
    problem_add(
        reading,
        span,
        "write the name alone on the line behind the text",
        "no line \"%" STR_FMT "\" ends the heredoc",
        STR_ARG(heredoc.name)
    );
    reading->lines.at = reading->file->source->text.len; /* all of it may be meant as its text */
    return false;
}

static bool takes_heredocs(DockerKind kind)
{
    return kind == DOCKER_RUN || kind == DOCKER_COPY || kind == DOCKER_ADD;
}

static void read_heredocs(Reading *reading, DockerInstruction *instruction)
{
    const MappedText *rest = &instruction->rest;
    if (!takes_heredocs(instruction->kind) || str_find(rest->text, STR("<<")) == STR_NONE) {
        return;
    }
    for (size_t at = skip_blanks(rest->text, 0); at < rest->text.len;) {
        size_t end = skip_quoted_word(rest->text, at, reading->file->escape);
        DockerHeredoc heredoc;
        if (parse_heredoc(str_slice(rest->text, at, end), &heredoc) &&
            !read_heredoc(reading, instruction, mapped_text_span(rest, at, end), &heredoc)) {
            return;
        }
        at = skip_blanks(rest->text, end);
    }
}

/* --- words and pairs -------------------------------------------------------------------------- */

static void read_words(Reading *reading, DockerInstruction *instruction)
{
    const MappedText *rest = &instruction->rest;
    for (size_t at = skip_blanks(rest->text, 0); at < rest->text.len;) {
        size_t end = skip_word(rest->text, at);
        DockerHeredoc heredoc;
        bool is_heredoc = instruction->heredocs.len > 0 &&
                          parse_heredoc(str_slice(rest->text, at, end), &heredoc);
        if (!is_heredoc) {
            DockerWord word = make_word(reading, instruction, rest, at, end);
            vec_push(&instruction->words, reading->file->arena, word);
        }
        at = skip_blanks(rest->text, end);
    }
}

static void read_pair(Reading *reading, DockerInstruction *instruction, size_t from, size_t to)
{
    const MappedText *rest = &instruction->rest;
    Str raw = str_slice(rest->text, from, to);
    size_t equals = str_find_char(raw, '=');
    DockerPair pair = { .span = mapped_text_span(rest, from, to), .has_value = equals != STR_NONE };
    size_t key_end = pair.has_value ? from + equals : to;
    pair.key = make_word(reading, instruction, rest, from, key_end);
    if (pair.has_value) {
        pair.value = make_word(reading, instruction, rest, key_end + 1, to);
    }
    if (pair.key.value.len == 0) {
        problem_add(reading, pair.span, "write name=value", "a name is missing before =");
        return;
    }
    if (!pair.has_value && instruction->kind != DOCKER_ARG) {
        problem_add(
            reading,
            pair.span,
            "write name=value, with quotes around a value with spaces",
            "\"%" STR_FMT "\" has no =",
            STR_ARG(raw)
        );
        return;
    }
    vec_push(&instruction->pairs, reading->file->arena, pair);
}

/* ENV name value: the rest of the line is the value. */
static void read_legacy_pair(Reading *reading, DockerInstruction *instruction)
{
    const MappedText *rest = &instruction->rest;
    size_t name_end = skip_word(rest->text, 0);
    size_t value_start = skip_blanks(rest->text, name_end);
    Span span = mapped_text_span(rest, 0, rest->text.len);
    if (value_start == rest->text.len) {
        problem_add(
            reading, span, "write name=value", "\"%" STR_FMT "\" has no value", STR_ARG(rest->text)
        );
        return;
    }
    DockerPair pair = { .span = span, .has_value = true, .is_legacy = true };
    pair.key = make_word(reading, instruction, rest, 0, name_end);
    pair.value = make_word(reading, instruction, rest, value_start, rest->text.len);
    vec_push(&instruction->pairs, reading->file->arena, pair);
}

static void set_argument(Reading *reading, const DockerPair *pair)
{
    Scope *scope = reading->scope;
    const DockerVariable *global =
        scope == &reading->globals ? NULL : scope_get(&reading->globals, pair->key.value);
    DockerVariable variable = { .is_argument = true };
    if (pair->has_value) {
        variable =
            (DockerVariable) { .value = pair->value.value, .is_known = pair->value.is_known };
    } else if (global) {
        variable = *global;
    }
    const DockerVariable *now = scope_get(scope, pair->key.value);
    if (!now || !now->is_env) {
        scope_set(reading, scope, pair->key.value, variable);
    }
}

static void read_pairs(Reading *reading, DockerInstruction *instruction)
{
    const MappedText *rest = &instruction->rest;
    size_t end = skip_quoted_word(rest->text, 0, reading->file->escape);
    bool is_legacy = instruction->kind != DOCKER_ARG && rest->text.len > 0 &&
                     !str_has_char(str_slice(rest->text, 0, end), '=');
    if (is_legacy) {
        read_legacy_pair(reading, instruction);
    }
    for (size_t at = is_legacy ? rest->text.len : 0; at < rest->text.len;) {
        size_t known = instruction->pairs.len;
        end = skip_quoted_word(rest->text, at, reading->file->escape);
        read_pair(reading, instruction, at, end);
        if (instruction->kind == DOCKER_ARG && instruction->pairs.len > known) {
            set_argument(reading, vec_last(&instruction->pairs));
        }
        at = skip_blanks(rest->text, end);
    }
    /* ENV sets all of them at once: none sees another */
    for (size_t i = 0; instruction->kind == DOCKER_ENV && i < instruction->pairs.len; i++) {
        const DockerPair *pair = &instruction->pairs.ptr[i];
        scope_set(
            reading,
            reading->scope,
            pair->key.value,
            (DockerVariable
            ) { .value = pair->value.value, .is_known = pair->value.is_known, .is_env = true }
        );
    }
}

/* --- by instruction --------------------------------------------------------------------------- */

static ArgumentStyle style_of(DockerKind kind)
{
    switch (kind) {
    case DOCKER_ADD:
    case DOCKER_COPY:
    case DOCKER_EXPOSE:
    case DOCKER_FROM:
    case DOCKER_VOLUME:
        return STYLE_BY_SPACE;
    case DOCKER_ARG:
    case DOCKER_ENV:
    case DOCKER_LABEL:
        return STYLE_PAIRS;
    case DOCKER_MAINTAINER:
    case DOCKER_STOPSIGNAL:
    case DOCKER_USER:
    case DOCKER_WORKDIR:
        return STYLE_ONE;
    default:
        return STYLE_SHELL;
    }
}

static bool may_be_json(DockerKind kind)
{
    return kind == DOCKER_ADD || kind == DOCKER_COPY || kind == DOCKER_CMD ||
           kind == DOCKER_ENTRYPOINT || kind == DOCKER_RUN || kind == DOCKER_SHELL ||
           kind == DOCKER_VOLUME || kind == DOCKER_HEALTHCHECK;
}

/* NONE, or CMD and a command: `rest` becomes the command. */
static void read_healthcheck(Reading *reading, DockerInstruction *instruction)
{
    MappedText *rest = &instruction->rest;
    size_t end = skip_word(rest->text, 0);
    Str type = str_slice(rest->text, 0, end);
    instruction->is_none = str_eq_nocase(type, STR("NONE"));
    if (!instruction->is_none && !str_eq_nocase(type, STR("CMD"))) {
        problem_add(
            reading,
            mapped_text_span(rest, 0, end),
            "write HEALTHCHECK CMD command, or HEALTHCHECK NONE",
            "a HEALTHCHECK needs CMD or NONE"
        );
        return;
    }
    *rest = mapped_text_slice(rest, skip_blanks(rest->text, end), rest->text.len);
}

void arguments_read(Reading *reading, DockerInstruction *instruction, const MappedText *line)
{
    size_t rest = read_flags(reading, instruction, line);
    instruction->rest = mapped_text_slice(line, rest, line->text.len);
    if (instruction->kind == DOCKER_HEALTHCHECK) {
        read_healthcheck(reading, instruction);
    }
    if (may_be_json(instruction->kind) && read_json(reading, instruction, &instruction->rest)) {
        return;
    }
    read_heredocs(reading, instruction);
    switch (style_of(instruction->kind)) {
    case STYLE_BY_SPACE:
        read_words(reading, instruction);
        break;
    case STYLE_PAIRS:
        read_pairs(reading, instruction);
        break;
    case STYLE_ONE:
        if (instruction->rest.text.len > 0) {
            DockerWord word =
                make_word(reading, instruction, &instruction->rest, 0, instruction->rest.text.len);
            vec_push(&instruction->words, reading->file->arena, word);
        }
        break;
    case STYLE_SHELL:
        break;
    }
}
