#include "actions_pins.h"

#include "words.h"

bool actions_has_version(Str comment)
{
    bool starts = true;
    for (size_t i = 0; i < comment.len; i++) {
        char c = comment.ptr[i];
        if (starts && c >= '0' && c <= '9') {
            return true;
        }
        starts = str_has_char(STR(" =@:-/"), c) || (starts && c == 'v');
    }
    return false;
}

/* --- actions ---------------------------------------------------------------------------------- */

/* The first of a run that `fits` what is asked for, or NULL. */
typedef bool (*UsesTest)(const Uses *other, const Uses *asked);

static const Uses *find_uses(const Workflow *workflow, const Uses *asked, UsesTest fits)
{
    vec_foreach(pin, uses_pins_of(workflow->pins, asked)) {
        if (fits(*pin, asked)) {
            return *pin;
        }
    }
    return NULL;
}

/* "v4.2.2" is one of "v4" and of "v4.2". */
static bool is_release_of(Str version, Str ref)
{
    return str_has_prefix(version, ref) && (version.len == ref.len || version.ptr[ref.len] == '.');
}

static bool is_pin_of(const Uses *other, const Uses *asked)
{
    return uses_is_pinned(other) && is_release_of(other->comment, asked->ref);
}

static bool is_told(const Uses *other, const Uses *asked)
{
    return str_eq(other->ref, asked->ref) && actions_has_version(other->comment);
}

/* Whether a comment may be put behind the scalar. */
static bool ends_line(const Node *node)
{
    Str rest = str_skip(node->span.source->text, node->span.end);
    Str line = str_slice(rest, 0, str_find_char(rest, '\n'));
    return str_is_empty(str_trim(line));
}

static void add_comment(RuleContext *ctx, Diag *diag, const Node *node, Str comment)
{
    Span end = span_make(node->span.source, node->span.end, node->span.end);
    rule_suggest(ctx, diag, end, " # %" STR_FMT, STR_ARG(comment));
}

void actions_suggest_pin(RuleContext *ctx, Diag *diag, const Workflow *workflow, const Uses *uses)
{
    const Uses *pin = uses->ref.len > 0 ? find_uses(workflow, uses, is_pin_of) : NULL;
    if (pin && ends_line(uses->node)) {
        rule_suggest(ctx, diag, uses->ref_span, "%" STR_FMT, STR_ARG(pin->ref));
        add_comment(ctx, diag, uses->node, pin->comment);
    }
}

void actions_suggest_version(
    RuleContext *ctx, Diag *diag, const Workflow *workflow, const Uses *uses
)
{
    const Uses *told = find_uses(workflow, uses, is_told);
    if (told && ends_line(uses->node)) {
        add_comment(ctx, diag, uses->node, told->comment);
    }
}

/* --- images ----------------------------------------------------------------------------------- */

static void add_image(const Workflow *workflow, const Node *image, ImageFn found, void *data)
{
    if (image && node_is_scalar(image)) {
        Str text = image->text;
        (void) str_strip_prefix(&text, STR("docker://"));
        found(data, workflow, image, text);
    }
}

/* "database" of "${{ matrix.database }}", where that is all of the text; else empty. */
static Str matrix_key(Str text)
{
    text = str_trim(text);
    bool is_one = str_strip_prefix(&text, STR("${{")) && str_strip_suffix(&text, STR("}}"));
    text = str_trim(text);
    is_one = is_one && str_strip_prefix(&text, STR("matrix."));
    return is_one && str_find(text, STR(".")) == STR_NONE && !str_has_char(text, ' ') ? text
                                                                                      : STR("");
}

/* Each that the matrix gives where it chooses the image. */
static void add_container(const Job *job, const Node *container, ImageFn found, void *data)
{
    const Node *image = node_is_map(container) ? node_path(container, "image") : container;
    Str key = image && node_is_scalar(image) ? matrix_key(image->text) : STR("");
    const Node *list = key.len > 0 ? node_get(job->matrix.node, key) : NULL;
    add_image(job->workflow, image, found, data);
    for (size_t i = 0; i < node_len(list); i++) {
        add_image(job->workflow, list->seq.items[i], found, data);
    }
    for (size_t i = 0; key.len > 0 && i < node_len(job->matrix.include); i++) {
        add_image(job->workflow, node_get(job->matrix.include->seq.items[i], key), found, data);
    }
}

void actions_each_image(const Workflow *workflow, ImageFn found, void *data)
{
    vec_foreach(job, &workflow->jobs) {
        add_container(job, job->container, found, data);
        for (size_t i = 0; node_is_map(job->services) && i < job->services->map.len; i++) {
            add_container(job, job->services->map.pairs[i].value, found, data);
        }
        vec_foreach(step, &job->steps) {
            if (step->uses.kind == USES_DOCKER) {
                found(data, workflow, step->uses.node, step->uses.path);
            }
        }
    }
}

/* So that a thousand workflows don't look at each other. */
enum { WORKFLOWS_MOST = 100 };

typedef struct Wanted {
    Str name;  /* without a tag */
    Str found; /* with one; empty: none yet */
} Wanted;

static Str without_tag(Str image)
{
    Str tag = image_tag(image);
    return tag.len > 0 ? str_slice(image, 0, (size_t) (tag.ptr - image.ptr) - 1) : image;
}

static void match_image(void *data, const Workflow *workflow, const Node *node, Str image)
{
    (void) workflow;
    (void) node;
    Wanted *wanted = data;
    Str tag = image_tag(image);
    if (wanted->found.len == 0 && tag.len > 0 && !str_eq(tag, STR("latest")) &&
        !str_has_char(image, '$') && str_eq(without_tag(image), wanted->name)) {
        wanted->found = image;
    }
}

void actions_suggest_image(
    RuleContext *ctx, Diag *diag, const Workflow *workflow, const Node *node, Str image
)
{
    Wanted wanted = { .name = without_tag(image) };
    size_t seen = 0;
    map_foreach(entry, workflow->workflows) {
        if (entry->value && wanted.found.len == 0 && seen++ < WORKFLOWS_MOST) {
            actions_each_image(entry->value, match_image, &wanted);
        }
    }
    if (wanted.found.len > 0) {
        size_t from = node->text.len - image.len; /* behind docker:// */
        Span span = workflow_span(workflow, node, from, node->text.len);
        rule_suggest(ctx, diag, span, "%" STR_FMT, STR_ARG(wanted.found));
    }
}
