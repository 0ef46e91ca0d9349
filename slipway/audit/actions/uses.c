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
