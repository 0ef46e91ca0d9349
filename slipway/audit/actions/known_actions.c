#include "known_actions.h"

/* Slugs are compared without case; the table is sorted by them in lower case. */
static int cmp_slug(Str slug, const char *name)
{
    Str other = str_from(name);
    size_t least = slug.len < other.len ? slug.len : other.len;
    for (size_t i = 0; i < least; i++) {
        char a = slug.ptr[i], b = other.ptr[i];
        a = a >= 'A' && a <= 'Z' ? (char) (a + 32) : a;
        b = b >= 'A' && b <= 'Z' ? (char) (b + 32) : b;
        if (a != b) {
            return (unsigned char) a < (unsigned char) b ? -1 : 1;
        }
    }
    return slug.len == other.len ? 0 : slug.len < other.len ? -1 : 1;
}

/* Index of the first row that is not before `slug`. */
static size_t first_row(Str slug)
{
    size_t low = 0, high = known_action_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (cmp_slug(slug, known_actions[middle].slug) > 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool has_ref(const KnownAction *action, Str wanted)
{
    Str rest = str_from(action->refs);
    Str ref;
    while (str_next(&rest, ' ', &ref)) {
        if (str_eq(ref, wanted)) {
            return true;
        }
    }
    return false;
}

static const KnownAction *find_ref(Str slug, Str ref)
{
    for (size_t i = first_row(slug); i < known_action_count; i++) {
        if (cmp_slug(slug, known_actions[i].slug) != 0) {
            break;
        }
        if (has_ref(&known_actions[i], ref)) {
            return &known_actions[i];
        }
    }
    return NULL;
}

/* "v4" of "v4.2.2"; the whole where it has no dot. */
static Str major_of(Str version)
{
    size_t end = 0;
    while (end < version.len && version.ptr[end] != '.' && version.ptr[end] != ' ') {
        end++;
    }
    return str_slice(version, 0, end);
}

const KnownAction *known_action_find(const Uses *uses)
{
    if (uses->kind != USES_REPOSITORY) {
        return NULL;
    }
    Str ref = uses->ref;
    if (uses_is_pinned(uses)) {
        Str comment = uses->comment;
        (void) (str_strip_prefix(&comment, STR("tag=")) ||
                str_strip_prefix(&comment, STR("ratchet:")));
        size_t at = str_rfind_char(comment, '@');
        ref = at == STR_NONE ? comment : str_skip(comment, at + 1);
        if (str_find(ref, STR(".")) == STR_NONE) {
            return NULL; /* "# v2": what moves the hash leaves such a comment as it is */
        }
    }
    const KnownAction *exact = find_ref(uses->slug, ref);
    return exact ? exact : find_ref(uses->slug, major_of(ref));
}

const KnownAction *known_action_newest(Str slug)
{
    size_t at = first_row(slug);
    const KnownAction *newest = NULL;
    while (at < known_action_count && cmp_slug(slug, known_actions[at].slug) == 0) {
        newest = &known_actions[at++];
    }
    return newest;
}
