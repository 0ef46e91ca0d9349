/* The comments and annotations by which other linters are told to be silent, so that nobody has to
 * say it twice. They count where a rule of ours names the peer's; one without an effect is none of our
 * business.
 *
 * hadolint: # hadolint ignore=DL3008,…  the next instruction; # hadolint global ignore=…  the file
 * trivy:    # trivy:ignore:DS-0002      the next instruction or line
 * checkov:  # checkov:skip=CKV_…:why    the file; annotation checkov.io/skip1: CKV_…=why
 * zizmor:   # zizmor: ignore[rule,…]    its line, or the next one
 * dclint:   # dclint disable-line a b   its line or the next one, disable-next-line; # dclint disable
 *           a b, disable-file           the file; all rules where none is named
 * kics:     # kics-scan ignore-line, ignore-block   what comes next; # kics-scan ignore, and
 *           # kics-scan disable=id,…    the file
 * kube-linter: annotation ignore-check.kube-linter.io/CHECK, kube-linter.io/ignore-all
 * kube-score:  annotation kube-score/ignore: a,b;  polaris: polaris.fairwinds.com/CHECK-exempt */
#include <string.h>

#include "internal.h"

/* Whether one of the rule's peers is `prefix` with `id`. */
static bool has_peer(const AuditRule *rule, const char *prefix, Str id)
{
    Str rest = str_from(rule->peers);
    Str peer;
    while (str_next(&rest, ' ', &peer)) {
        if (str_strip_prefix(&peer, str_from(prefix)) && str_eq(peer, id)) {
            return true;
        }
    }
    return false;
}

static bool has_any_peer(const AuditRule *rule, const char *prefix)
{
    Str rest = str_from(rule->peers);
    Str peer;
    while (str_next(&rest, ' ', &peer)) {
        if (str_has_prefix(peer, str_from(prefix))) {
            return true;
        }
    }
    return false;
}

/* What kics asks for has checkov's or trivy's id here where it has none of kics' own. */
static bool is_scanners(const AuditRule *rule)
{
    return has_any_peer(rule, "KI:") || has_any_peer(rule, "CKV") || has_any_peer(rule, "KSV") ||
           has_any_peer(rule, "DS");
}

bool peer_covers(const PeerIgnore *ignore, const AuditRule *rule)
{
    if (!str_eq(ignore->id, STR("*"))) {
        return has_peer(rule, ignore->prefix, ignore->id);
    }
    return strcmp(ignore->prefix, "KI:") == 0 ? is_scanners(rule)
                                              : has_any_peer(rule, ignore->prefix);
}

/* --- comments --------------------------------------------------------------------------------- */

typedef struct Reader {
    Arena *arena;
    Source *source;
    PeerIgnores *found;
} Reader;

static bool is_comment_line(Str line)
{
    Str text = str_trim(line);
    return text.len > 0 && text.ptr[0] == '#';
}

static bool goes_on(Str line)
{
    Str text = str_trim_end(line);
    return text.len > 0 && (text.ptr[text.len - 1] == '\\' || text.ptr[text.len - 1] == '`');
}

/* The last line of what begins behind the comment in `line`; the line itself where it stands behind
 * something. */
static uint32_t end_of_next(Source *source, uint32_t line)
{
    if (!is_comment_line(source_line(source, line))) {
        return line;
    }
    uint32_t at = line + 1;
    while (at < source_line_count(source) && (is_comment_line(source_line(source, at)) ||
                                              str_is_empty(str_trim(source_line(source, at))))) {
        at++;
    }
    while (at < source_line_count(source) && goes_on(source_line(source, at))) {
        at++;
    }
    return at;
}

static void add_ids(Reader *reader, const char *prefix, Str ids, uint32_t first, uint32_t last)
{
    Str id;
    while (str_next(&ids, ',', &id)) {
        PeerIgnore *ignore = vec_add(&reader->found->all, reader->arena);
        *ignore = (PeerIgnore
        ) { .prefix = prefix, .id = str_trim(id), .first_line = first, .last_line = last };
    }
}

/* The text behind `at` in its line, up to one of `ends`. */
static Str text_behind(Source *source, size_t at, const char *ends)
{
    size_t end = at;
    while (end < source->text.len && source->text.ptr[end] != '\n' &&
           !str_has_char(str_from(ends), source->text.ptr[end])) {
        end++;
    }
    return str_slice(source->text, at, end);
}

static void read_hadolint(Reader *reader, size_t at, uint32_t line)
{
    add_ids(
        reader,
        "HL:",
        text_behind(reader->source, at, " \t\r"),
        line,
        end_of_next(reader->source, line)
    );
}

static void read_hadolint_global(Reader *reader, size_t at, uint32_t line)
{
    (void) line;
    add_ids(reader, "HL:", text_behind(reader->source, at, " \t\r"), 1, UINT32_MAX);
}

static void read_zizmor(Reader *reader, size_t at, uint32_t line)
{
    uint32_t last = end_of_next(reader->source, line);
    add_ids(reader, "ZZ:", text_behind(reader->source, at, "]"), line, last);
}

static void read_checkov(Reader *reader, size_t at, uint32_t line)
{
    (void) line;
    add_ids(reader, "", text_behind(reader->source, at, ": \t\r"), 1, UINT32_MAX);
}

/* AVD-DS-0002, DS-0002 and DS002 are one. */
static Str trivy_id(Arena *arena, Str id)
{
    (void) str_strip_prefix(&id, STR("AVD-"));
    Str letters = id;
    Str number;
    if (!str_cut(id, '-', &letters, &number)) {
        return id;
    }
    while (number.len > 3 && number.ptr[0] == '0') {
        number = str_skip(number, 1);
    }
    return str_concat(arena, letters, number);
}

static void read_trivy(Reader *reader, size_t at, uint32_t line)
{
    Str id = trivy_id(reader->arena, text_behind(reader->source, at, " \t\r"));
    add_ids(reader, "", id, line, end_of_next(reader->source, line));
}

/* Words up to the end of the line, all of the peer's where there is none. */
static void read_dclint(Reader *reader, size_t at, uint32_t line)
{
    Str rest = text_behind(reader->source, at, "\r");
    uint32_t first = line, last = end_of_next(reader->source, line);
    if (str_strip_prefix(&rest, STR("-next-line"))) {
        first = line + 1;
        last = first;
    } else if (!str_strip_prefix(&rest, STR("-line"))) {
        (void) str_strip_prefix(&rest, STR("-file"));
        first = 1;
        last = UINT32_MAX;
    }
    Str word;
    bool has_one = false;
    while (str_next(&rest, ' ', &word)) {
        has_one = has_one || word.len > 0;
        add_ids(reader, "DC:", word, first, last);
    }
    if (!has_one) {
        add_ids(reader, "DC:", STR("*"), first, last);
    }
}

static void read_kics(Reader *reader, size_t at, uint32_t line)
{
    Str command = text_behind(reader->source, at, ": \t\r");
    uint32_t next = end_of_next(reader->source, line);
    if (str_strip_prefix(&command, STR("disable="))) {
        add_ids(reader, "KI:", command, 1, UINT32_MAX);
    } else if (str_eq(command, STR("ignore"))) {
        add_ids(reader, "KI:", STR("*"), 1, UINT32_MAX);
    } else if (str_eq(command, STR("ignore-line"))) {
        add_ids(reader, "KI:", STR("*"), line, next);
    } else if (str_eq(command, STR("ignore-block"))) {
        add_ids(reader, "KI:", STR("*"), line, suppress_block_end(reader->source, next));
    }
}

static const struct {
    Str mark;
    void (*read)(Reader *reader, size_t at, uint32_t line);
} marks[] = {
    { STR_INIT("hadolint ignore="), read_hadolint },
    { STR_INIT("hadolint global ignore="), read_hadolint_global },
    { STR_INIT("zizmor: ignore["), read_zizmor },
    { STR_INIT("checkov:skip="), read_checkov },
    { STR_INIT("trivy:ignore:"), read_trivy },
    { STR_INIT("dclint disable"), read_dclint },
    { STR_INIT("kics-scan "), read_kics },
};

static bool is_behind_hash(Str text, size_t at)
{
    while (at > 0 && text.ptr[at - 1] == ' ') {
        at--;
    }
    return at > 0 && text.ptr[at - 1] == '#';
}

PeerIgnores peer_ignores_read(Arena *arena, Source *source)
{
    PeerIgnores found = { 0 };
    Reader reader = { arena, source, &found };
    for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
        for (size_t at = 0; at < source->text.len;) {
            size_t next = str_find(str_skip(source->text, at), marks[i].mark);
            if (next == STR_NONE) {
                break;
            }
            at += next + marks[i].mark.len;
            if (is_behind_hash(source->text, at - marks[i].mark.len)) {
                marks[i].read(&reader, at, span_start(span_make(source, at, at)).line);
            }
        }
    }
    return found;
}

/* --- annotations ------------------------------------------------------------------------------ */

static bool lists(Str list, const AuditRule *rule, const char *prefix)
{
    Str id;
    while (str_next(&list, ',', &id)) {
        if (has_peer(rule, prefix, str_trim(id))) {
            return true;
        }
    }
    return false;
}

static bool covers(const AuditRule *rule, Str key, Str value)
{
    if (str_strip_prefix(&key, STR("ignore-check.kube-linter.io/"))) {
        return has_peer(rule, "KL:", key);
    }
    if (str_eq(key, STR("kube-linter.io/ignore-all"))) {
        return has_any_peer(rule, "KL:");
    }
    if (str_eq(key, STR("kube-score/ignore"))) {
        return lists(value, rule, "KS:");
    }
    if (str_has_prefix(key, STR("checkov.io/skip"))) {
        return has_peer(rule, "", str_slice(value, 0, str_find_char(value, '=')));
    }
    return str_strip_prefix(&key, STR("polaris.fairwinds.com/")) &&
           str_strip_suffix(&key, STR("-exempt")) && str_eq(value, STR("true")) &&
           has_peer(rule, "PO:", key);
}

bool peers_ignore_object(const AuditRule *rule, const Object *object)
{
    const Node *annotations = node_path(object->node, "metadata.annotations");
    for (size_t i = 0; rule->peers && node_is_map(annotations) && i < annotations->map.len; i++) {
        const NodePair *pair = &annotations->map.pairs[i];
        if (node_is_scalar(pair->value) && covers(rule, pair->key->text, pair->value->text)) {
            return true;
        }
    }
    return false;
}
