#include "audit/kubernetes.h"
#include "workflow.h"

static Str comment_behind(const Node *node)
{
    Str text = node->span.source->text;
    Str line = str_slice(text, node->span.end, text.len);
    Str rest = line;
    (void) str_next_line(&rest, &line);
    line = str_trim(line);
    return str_strip_prefix(&line, STR("#")) ? str_trim(line) : STR("");
}

/* owner/repo[/path]@ref */
static void read_repository(Uses *uses, Str text)
{
    size_t at = str_rfind_char(text, '@');
    Str slug = str_slice(text, 0, at);
    Str rest = slug;
    Str ref = at == STR_NONE ? STR("") : str_skip(text, at + 1);
    bool complete = str_next(&rest, '/', &uses->owner) && str_next(&rest, '/', &uses->repo) &&
                    uses->owner.len > 0 && uses->repo.len > 0 && ref.len > 0;
    if (!complete) {
        return;
    }
    uses->kind = USES_REPOSITORY;
    uses->slug = slug;
    uses->path = rest;
    uses->ref = ref;
    uint32_t quote =
        uses->node->style == STYLE_SINGLE_QUOTED || uses->node->style == STYLE_DOUBLE_QUOTED;
    size_t start = uses->node->span.start + quote + at + 1;
    uses->ref_span = span_make(uses->node->span.source, start, start + ref.len);
}

Uses uses_read(const Node *node)
{
    Uses uses = { .node = node };
    if (!node || !node_is_scalar(node) || node->kind == NODE_NULL || !span_is_known(node->span)) {
        return uses;
    }
    Str text = node->text;
    uses.comment = comment_behind(node);
    uses.ref_span = node->span;
    if (str_find(text, STR("${{")) != STR_NONE) {
        return uses;
    }
    if (str_strip_prefix(&text, STR("./")) || str_strip_prefix(&text, STR("$/"))) {
        uses.kind = USES_LOCAL;
        uses.path = str_trim_end(text);
    } else if (str_strip_prefix(&text, STR("docker://"))) {
        uses.kind = USES_DOCKER;
        uses.path = text;
    } else {
        read_repository(&uses, text);
    }
    return uses;
}

bool uses_is_pinned(const Uses *uses)
{
    bool is_hex = uses->ref.len == 40;
    for (size_t i = 0; is_hex && i < uses->ref.len; i++) {
        char c = uses->ref.ptr[i];
        is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
    return is_hex;
}

/* --- pins ------------------------------------------------------------------------------------- */

static bool is_noted(const UsesList *list, const Uses *uses)
{
    vec_foreach(known, list) {
        if (str_eq((*known)->ref, uses->ref) && str_eq((*known)->comment, uses->comment)) {
            return true;
        }
    }
    return false;
}

/* "owner/repo" without case, as GitHub compares them. */
static Str repository_of(Arena *arena, const Uses *uses)
{
    size_t len = uses->owner.len + 1 + uses->repo.len;
    return str_lower(arena, str_slice(uses->slug, 0, len));
}

static void note(Arena *arena, Map *pins, const Uses *uses)
{
    if (uses->kind != USES_REPOSITORY || uses->comment.len == 0) {
        return;
    }
    Str repository = repository_of(arena, uses);
    UsesList *list = map_get(pins, repository);
    if (!list) {
        list = ARENA_NEW(arena, UsesList);
        map_set(pins, repository, list);
    }
    if (!is_noted(list, uses)) {
        vec_push(list, arena, uses);
    }
}

void uses_note_pins(Arena *arena, Map *pins, const Workflow *workflow)
{
    vec_foreach(job, &workflow->jobs) {
        note(arena, pins, &job->uses);
        vec_foreach(step, &job->steps) {
            note(arena, pins, &step->uses);
        }
    }
}

const UsesList *uses_pins_of(const Map *pins, const Uses *uses)
{
    static const UsesList none;
    auto_arena Arena *arena = arena_new(0);
    const UsesList *list =
        uses->kind == USES_REPOSITORY ? map_get(pins, repository_of(arena, uses)) : NULL;
    return list ? list : &none;
}
