/* Comments that suppress findings: found in the text, whatever the artifact's syntax is, as long as
 * its comments start with '#', or in a source with "//". */
#include "base/parallel.h"

#include "dockerfile/dockerfile.h"
#include "internal.h"

static const Str marker = STR_INIT("slipway:ignore");

typedef struct Suppression {
    Span span; /* of the comment's rule */
    Str rule;
    uint32_t first_line, last_line;
    bool used;
} Suppression;

typedef struct Suppressions {
    VEC(Suppression) all;
    PeerIgnores of_peers;
} Suppressions;

static size_t indent_of(Str line)
{
    size_t indent = 0;
    while (indent < line.len && line.ptr[indent] == ' ') {
        indent++;
    }
    return indent;
}

static bool is_comment(Str line)
{
    size_t indent = indent_of(line);
    return indent < line.len &&
           (line.ptr[indent] == '#' || str_has_prefix(str_skip(line, indent), STR("//")));
}

static bool is_blank(Str line)
{
    return str_is_empty(str_trim(line));
}

static bool is_separator(Str line)
{
    return str_has_prefix(line, STR("---"));
}

/* The last line of the document that `line` belongs to. */
static uint32_t document_end(Source *source, uint32_t line)
{
    while (line < source_line_count(source) && !is_separator(source_line(source, line + 1))) {
        line++;
    }
    return line;
}

static bool starts_document(Source *source, uint32_t comment_line)
{
    for (uint32_t line = comment_line - 1; line > 0; line--) {
        Str text = source_line(source, line);
        if (is_separator(text)) {
            return true;
        }
        if (!is_comment(text) && !is_blank(text)) {
            return false;
        }
    }
    return true;
}

uint32_t suppress_block_end(Source *source, uint32_t line)
{
    size_t indent = indent_of(source_line(source, line));
    uint32_t end = line;
    for (uint32_t next = line + 1; next <= source_line_count(source); next++) {
        Str text = source_line(source, next);
        if (is_blank(text)) {
            continue;
        }
        if (indent_of(text) <= indent || is_separator(text)) {
            break;
        }
        end = next;
    }
    return end;
}

/* The last line of the instruction at `line`, where the source is a Dockerfile; else 0. */
static uint32_t instruction_end(const Audit *audit, const Source *source, uint32_t line)
{
    for (size_t i = 0; i < audit->dockerfiles.len; i++) {
        const Dockerfile *file = audit->dockerfiles.ptr[i];
        const DockerInstruction *at =
            file->source == source ? docker_instruction_at(file, line) : NULL;
        if (at) {
            return source_position(file->source, at->span.end - 1).line;
        }
    }
    return 0;
}

static void set_reach(const Audit *audit, Suppression *suppression, Source *source, uint32_t line)
{
    suppression->first_line = line;
    suppression->last_line = line;
    if (!is_comment(source_line(source, line))) {
        return;
    }
    uint32_t next = line + 1;
    while (next <= source_line_count(source) &&
           (is_comment(source_line(source, next)) || is_blank(source_line(source, next)))) {
        next++;
    }
    bool whole = starts_document(source, line) && next <= source_line_count(source);
    uint32_t end = instruction_end(audit, source, next);
    suppression->last_line = whole     ? document_end(source, next)
                             : end > 0 ? end
                                       : suppress_block_end(source, next);
}

static void complain(Audit *audit, Span span, const char *what, Str rule)
{
    (void) audit_find(audit, "AU003", span, "%s: %" STR_FMT, what, STR_ARG(rule));
}

/* "RULE[,RULE…] reason" behind the marker at byte `at`. */
static void read_comment(Audit *audit, Suppressions *found, Source *source, size_t at)
{
    size_t start = at + marker.len;
    Str rest = str_skip(source->text, start);
    Str line = STR("");
    (void) str_next_line(&rest, &line);
    while (line.len > 0 && (line.ptr[0] == ' ' || line.ptr[0] == '\t')) {
        line = str_skip(line, 1);
        start++;
    }
    size_t end = str_find_char(line, ' ');
    Str rules = str_slice(line, 0, end);
    Str reason = end == STR_NONE ? STR("") : str_trim(str_skip(line, end));
    Span span = span_make(source, start, start + rules.len);
    if (str_is_empty(reason)) {
        complain(audit, span, "suppressed without a reason", rules);
    }
    Str rule;
    while (str_next(&rules, ',', &rule)) {
        if (!rule_get(rule)) {
            complain(audit, span, "suppresses a rule that doesn't exist", rule);
            continue;
        }
        Suppression *suppression = vec_add(&found->all, audit->arena);
        suppression->rule = rule;
        suppression->span = span;
        set_reach(audit, suppression, source, span_start(span).line);
    }
}

/* Whether the marker at `at` stands in a comment and starts it. */
static bool is_in_comment(Str text, size_t at)
{
    while (at > 0 && text.ptr[at - 1] == ' ') {
        at--;
    }
    size_t start = str_has_suffix(str_slice(text, 0, at), STR("//")) ? at - 2
                   : at > 0 && text.ptr[at - 1] == '#'               ? at - 1
                                                                     : STR_NONE;
    return start != STR_NONE && (start == 0 || str_has_char(STR(" \t\n#"), text.ptr[start - 1]));
}

static Suppressions *read_source(Audit *audit, Source *source)
{
    Suppressions *found = ARENA_NEW(audit->arena, Suppressions);
    for (size_t at = 0; at < source->text.len;) {
        size_t next = str_find(str_skip(source->text, at), marker);
        if (next == STR_NONE) {
            break;
        }
        at += next;
        if (is_in_comment(source->text, at)) {
            read_comment(audit, found, source, at);
        }
        at += marker.len;
    }
    return found;
}

static bool is_covered(const Suppressions *suppressions, const Diag *diag)
{
    uint32_t line = span_start(diag->span).line;
    bool covered = false;
    vec_foreach(suppression, &suppressions->all) {
        if (line >= suppression->first_line && line <= suppression->last_line &&
            str_eq(suppression->rule, diag->rule)) {
            suppression->used = true;
            covered = true;
        }
    }
    const AuditRule *rule = suppressions->of_peers.all.len > 0 ? rule_get(diag->rule) : NULL;
    vec_foreach(ignore, &suppressions->of_peers.all) {
        covered = covered || (rule && rule->peers && line >= ignore->first_line &&
                              line <= ignore->last_line && peer_covers(ignore, rule));
    }
    return covered;
}

/* A rule that this run left out can't have had an effect. */
static void report_unused(Audit *audit, const Suppressions *suppressions)
{
    vec_foreach(suppression, &suppressions->all) {
        if (!suppression->used && audit_wants(audit->options, rule_get(suppression->rule))) {
            complain(
                audit, suppression->span, "suppresses a finding that isn't there", suppression->rule
            );
        }
    }
}

/* Findings may be in sources too, which are no artifacts. */
static void add_sources(Audit *audit, Map *by_path)
{
    vec_foreach(diag, &audit->result->diags.diags) {
        Source *source = span_is_known(diag->span) ? diag->span.source : NULL;
        if (source && !map_has(&audit->files.by_path, source->path) &&
            !map_has(by_path, source->path) && str_find(source->text, marker) != STR_NONE) {
            map_set(by_path, source->path, read_source(audit, source));
        }
    }
}

/* Which artifacts have comments that suppress. */
typedef struct Comments {
    Audit *audit;
    PeerIgnores *of_peers; /* one an artifact, as is `is_marked` */
    bool *is_marked;
} Comments;

static void look_for_comments(void *ctx, size_t index)
{
    const Comments *comments = ctx;
    Source *source = comments->audit->files.artifacts.ptr[index]->source;
    comments->of_peers[index] = peer_ignores_read(comments->audit->arena, source);
    comments->is_marked[index] = str_find(source->text, marker) != STR_NONE;
}

/* Looks at all texts side by side, then reads the few that have something, in their order. */
static void read_artifacts(Audit *audit, Map *by_path)
{
    size_t count = audit->files.artifacts.len;
    Comments comments = {
        .audit = audit,
        .of_peers = ARENA_ARRAY(audit->arena, PeerIgnores, count + 1),
        .is_marked = ARENA_ARRAY(audit->arena, bool, count + 1),
    };
    parallel_each(audit->arena, audit->jobs, count, look_for_comments, &comments);
    for (size_t i = 0; i < count; i++) {
        if (comments.of_peers[i].all.len > 0 || comments.is_marked[i]) {
            Source *source = audit->files.artifacts.ptr[i]->source;
            Suppressions *suppressions = read_source(audit, source);
            suppressions->of_peers = comments.of_peers[i];
            map_set(by_path, source->path, suppressions);
        }
    }
}

void suppress_apply(Audit *audit)
{
    AuditResult *result = audit->result;
    Map by_path = MAP_ON_ARENA(audit->arena);
    read_artifacts(audit, &by_path);
    add_sources(audit, &by_path);
    bool *drop = ARENA_ARRAY(audit->arena, bool, result->diags.diags.len + 1);
    for (size_t i = 0; i < result->diags.diags.len; i++) {
        const Diag *diag = &result->diags.diags.ptr[i];
        const Suppressions *suppressions =
            span_is_known(diag->span) ? map_get(&by_path, diag->span.source->path) : NULL;
        drop[i] = suppressions && is_covered(suppressions, diag);
        result->suppressed += drop[i];
    }
    findings_filter(result, drop);
    map_foreach(entry, &by_path) {
        report_unused(audit, entry->value);
    }
}
